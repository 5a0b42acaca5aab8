import type { Overhead, OverheadPart, OverheadSide } from '../overheadResult';
import { OVERHEAD_PARTS } from '../overheadResult';
import { NO_VALUE } from './format';
import { plainTable } from './terminalText';

const PART_LABELS: Readonly<Record<OverheadPart, string>> = {
	first_token: 'time to first token',
	last_token: 'time to last token',
	delta: 'time between deltas',
};
const COLUMNS = ['median, in ms', 'Dify', 'through n8n', 'added', 'bounds (95 % each)'];

/** Returns the result of `dify-bench overhead` as text for a terminal: what n8n adds, in ms. */
export function overheadReport({ pairs, added }: Overhead): string {
	const rows = OVERHEAD_PARTS.map((part) => {
		const percentile = added[part];
		const difference =
			percentile === null
				? [NO_VALUE, NO_VALUE]
				: [
						percentile.value.toFixed(2),
						`${percentile.low.toFixed(2)} to ${percentile.high.toFixed(2)}`,
					];
		return [
			PART_LABELS[part],
			medianOf(
				pairs.map(({ direct }) => direct),
				part,
			),
			medianOf(
				pairs.map(({ n8n }) => n8n),
				part,
			),
			...difference,
		];
	});
	return `${plainTable(`${pairs.length} pairs of runs, in alternating order`, COLUMNS, rows).join('\n')}\n`;
}

function medianOf(runs: OverheadSide[], part: OverheadPart): string {
	const sorted = runs.map((run) => run[part]).sort((a, b) => a - b);
	return (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).toFixed(2);
}
