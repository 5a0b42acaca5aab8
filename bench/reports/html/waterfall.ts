import type { Delivery, StreamTrace } from '../../result';
import { formatCount, formatNumber, formatQuantity } from '../format';
import { escapeMarkup as escape } from '../untrustedText';

const MAX_ROWS = 40;
/** A row does not show a pause that is shorter than this share of the stream, because it would be too narrow to see. */
const MIN_VISIBLE_SHARE = 1 / 200;

/** A row of the waterfall. It shows one delivery, or consecutive ones whose first event has the same name. */
interface Row {
	event: string;
	deliveries: number;
	characters: number;
	/** Time of the delivery before this row, in ms since the planned start. */
	waitingFromMs: number;
	/** When the deliveries of this row arrived. A visible pause starts a new span. */
	received: Span[];
}

/** Times in ms since the planned start. */
interface Span {
	fromMs: number;
	toMs: number;
}

/**
 * Returns the stream as an HTML waterfall. There is one row per delivery, with a light bar for the time
 * without data and a solid bar for the arrival. There are at most about 40 rows: in longer streams, similar
 * neighbors share a row.
 */
export function waterfall({ request, outcome, ttft, e2e, deliveries }: StreamTrace): string {
	const endMs = Math.max(e2e ?? 0, deliveries.at(-1)?.t ?? 0);
	const percent = (ms: number): string => `${endMs === 0 ? 0 : ((ms / endMs) * 100).toFixed(2)}%`;
	const bar = (kind: 'waiting' | 'received', { fromMs, toMs }: Span): string =>
		`<i class="${kind}" style="left:${percent(fromMs)};width:${percent(toMs - fromMs)}"></i>`;
	const rows = groupDeliveries(deliveries, endMs).map((row) => {
		const { event, waitingFromMs, received } = row;
		const lastMs = received.at(-1)?.toMs ?? waitingFromMs;
		const count = row.deliveries > 1 ? ` × ${formatNumber(row.deliveries)}` : '';
		const bars = [
			bar('waiting', { fromMs: waitingFromMs, toMs: lastMs }),
			...received.map((span) => bar('received', span)),
		];
		return `<li>
<span class="event">${escape(event)}${count}</span>
<span class="bars" title="${formatCount(row.characters, 'character')}">${bars.join('')}</span>
<span class="time">${formatQuantity(lastMs, 'ms')}</span>
</li>`;
	});
	const times = `first token after ${formatQuantity(ttft, 'ms')}, end after ${formatQuantity(e2e, 'ms')}`;
	return `<p>Request ${request + 1}: ${outcome}, ${times}. Light bars: waiting for data. Solid bars: data arrived.</p>
<ol class="waterfall">
${rows.join('\n')}
</ol>`;
}

function groupDeliveries(deliveries: Delivery[], endMs: number): Row[] {
	const maxDeliveriesPerRow = Math.ceil(deliveries.length / MAX_ROWS);
	const rows: Row[] = [];
	let waitingFromMs = 0;
	for (const { t, characters, event } of deliveries) {
		let row = rows.at(-1);
		if (row === undefined || row.event !== event || row.deliveries >= maxDeliveriesPerRow) {
			row = { event, deliveries: 0, characters: 0, waitingFromMs, received: [] };
			rows.push(row);
		}
		row.deliveries += 1;
		row.characters += characters;
		const span = row.received.at(-1);
		if (span !== undefined && t - span.toMs < endMs * MIN_VISIBLE_SHARE) span.toMs = t;
		else row.received.push({ fromMs: t, toMs: t });
		waitingFromMs = t;
	}
	return rows;
}
