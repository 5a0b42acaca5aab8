import type { Delivery, Stream } from '../../result';
import { counted, number, quantity } from '../../words';
import { escapeMarkup as escape } from '../escape';

const MOST_ROWS = 40;

/** Deliveries that follow each other and begin with the same event, drawn as one row. */
interface Row {
	event: string;
	deliveries: number;
	characters: number;
	/** ms from the planned start: of the delivery before, of its first, of its last. */
	before: number;
	first: number;
	last: number;
}

/**
 * The stream as a waterfall: a row for each delivery, pale while nothing came and full where it came;
 * in long streams neighbours share a row.
 */
export function waterfall(stream: Stream): string {
	const rows = rowsOf(stream.deliveries);
	const end = Math.max(stream.e2e ?? 0, rows.at(-1)?.last ?? 0);
	const percent = (ms: number): string => `${end === 0 ? 0 : ((ms / end) * 100).toFixed(2)}%`;
	const bar = (kind: string, from: number, to: number): string =>
		`<i class="${kind}" style="left:${percent(from)};width:${percent(to - from)}"></i>`;
	const lines = rows.map(
		({ event, deliveries, characters, before, first, last }) => `<li>
<span class="event">${escape(event)}${deliveries > 1 ? ` × ${number(deliveries)}` : ''}</span>
<span class="bars" title="${escape(`waited ${quantity(first - before, 'ms')}, ${counted(characters, 'character')}`)}">${bar('wait', before, first)}${bar('came', first, last)}</span>
<span class="at">${quantity(last, 'ms')}</span>
</li>`,
	);
	const times = `first token after ${quantity(stream.ttft, 'ms')}, end after ${quantity(stream.e2e, 'ms')}`;
	return `<p>Request ${stream.request}: ${escape(stream.outcome)}, ${times}. Pale: nothing came; full: deliveries.</p>
<ol class="waterfall">
${lines.join('\n')}
</ol>`;
}

function rowsOf(deliveries: Delivery[]): Row[] {
	const most = Math.ceil(deliveries.length / MOST_ROWS);
	const rows: Row[] = [];
	let before = 0;
	for (const { t, characters, event } of deliveries) {
		const row = rows.at(-1);
		if (row !== undefined && row.event === event && row.deliveries < most) {
			row.deliveries += 1;
			row.characters += characters;
			row.last = t;
		} else {
			rows.push({ event, deliveries: 1, characters, before, first: t, last: t });
		}
		before = t;
	}
	return rows;
}
