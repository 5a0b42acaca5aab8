import type { Overhead, OverheadPart } from '../overheadResult';
import { OVERHEAD_PARTS } from '../overheadResult';
import { plainTable } from './terminalText';

const WORDS: Readonly<Record<OverheadPart, string>> = {
	first_token: 'to the first token',
	last_token: 'to the last token',
	delta: 'from delta to delta',
};

/** What n8n adds, for a terminal. */
export function overheadReport({ pairs, added }: Overhead): string {
	const middle = (side: 'direct' | 'n8n', part: OverheadPart): string => {
		const sorted = pairs.map((pair) => pair[side][part]).sort((a, b) => a - b);
		return (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).toFixed(2);
	};
	const rows = OVERHEAD_PARTS.map((part) => {
		const { value, low, high } = added[part] ?? {
			value: Number.NaN,
			low: Number.NaN,
			high: Number.NaN,
		};
		return [
			WORDS[part],
			middle('direct', part),
			middle('n8n', part),
			value.toFixed(2),
			`${low.toFixed(2)} to ${high.toFixed(2)}`,
		];
	});
	const head = ['ms, medians', 'Dify', 'through n8n', 'added', 'bounds (95 % each way)'];
	return `${plainTable(`${pairs.length} pairs of runs, in turn`, head, rows).join('\n')}\n`;
}
