import type { Delivery, StreamTrace } from '../../result';
import { counted, number, quantity } from '../format';
import { escapeMarkup as escape } from '../escape';

const MOST_ROWS = 40;

/** Deliveries that follow each other and begin with the same event, drawn as one row. */
interface Row {
	event: string;
	deliveries: number;
	characters: number;
	/** ms from the planned start: when the delivery before it came. */
	before: number;
	/** The same of its own first and last, and of those round each pause that can be seen. */
	came: Span[];
}

interface Span {
	from: number;
	to: number;
}

/**
 * The stream as a waterfall: a row for each delivery, pale while nothing came and full where it came;
 * in long streams neighbours share a row.
 */
export function waterfall({ request, outcome, ttft, e2e, deliveries }: StreamTrace): string {
	const end = Math.max(e2e ?? 0, deliveries.at(-1)?.t ?? 0);
	const percent = (ms: number): string => `${end === 0 ? 0 : ((ms / end) * 100).toFixed(2)}%`;
	const bar = (kind: string, { from, to }: Span): string =>
		`<i class="${kind}" style="left:${percent(from)};width:${percent(to - from)}"></i>`;
	const rows = rowsOf(deliveries, end).map((row) => {
		const { event, before, came } = row;
		const last = came.at(-1)?.to ?? before;
		const label = `${escape(event)}${row.deliveries > 1 ? ` × ${number(row.deliveries)}` : ''}`;
		const bars = [
			bar('wait', { from: before, to: last }),
			...came.map((span) => bar('came', span)),
		];
		return `<li>
<span class="event">${label}</span>
<span class="bars" title="${counted(row.characters, 'character')}">${bars.join('')}</span>
<span class="at">${quantity(last, 'ms')}</span>
</li>`;
	});
	const times = `first token after ${quantity(ttft, 'ms')}, end after ${quantity(e2e, 'ms')}`;
	return `<p>Request ${request}: ${outcome}, ${times}. Pale: nothing came; full: deliveries.</p>
<ol class="waterfall">
${rows.join('\n')}
</ol>`;
}

function rowsOf(deliveries: Delivery[], end: number): Row[] {
	const most = Math.ceil(deliveries.length / MOST_ROWS);
	const visible = end / 200;
	const rows: Row[] = [];
	let before = 0;
	for (const { t, characters, event } of deliveries) {
		let row = rows.at(-1);
		if (row === undefined || row.event !== event || row.deliveries >= most) {
			row = { event, deliveries: 0, characters: 0, before, came: [] };
			rows.push(row);
		}
		row.deliveries += 1;
		row.characters += characters;
		const span = row.came.at(-1);
		if (span !== undefined && t - span.to < visible) span.to = t;
		else row.came.push({ from: t, to: t });
		before = t;
	}
	return rows;
}
