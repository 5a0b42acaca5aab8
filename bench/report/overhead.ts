import type { Overhead, Part } from '../overhead/pairs';
import { PARTS } from '../overhead/pairs';

const WORDS: Readonly<Record<Part, string>> = {
	first_token: 'to the first token',
	last_token: 'to the last token',
	delta: 'from delta to delta',
};

/** What n8n adds, for a terminal. */
export function overheadReport({ pairs, added }: Overhead): string {
	const middle = (side: 'direct' | 'n8n', part: Part): string => {
		const sorted = pairs.map((pair) => pair[side][part]).sort((a, b) => a - b);
		return (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).toFixed(2);
	};
	const rows = PARTS.map((part) => {
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
	const widths = head.map((name, at) =>
		Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)),
	);
	const line = (cells: readonly string[]): string =>
		cells
			.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
			.join('  ');
	return `${[`${pairs.length} pairs of runs, in turn`, '', line(head), ...rows.map(line)].join('\n')}\n`;
}
