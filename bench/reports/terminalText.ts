import { styleText } from 'node:util';
import { printable } from './format';
import type { Cell, Table, Tone } from './tables';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';
export type Paint = (style: Style, text: string) => string;

export function painter(isColoured: boolean): Paint {
	// The caller has looked at the stream; styleText would look at stdout.
	return (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text);
}

/** On a terminal, unless NO_COLOR says otherwise (no-color.org). */
export function takesColour(stream: NodeJS.WriteStream): boolean {
	return stream.isTTY && (process.env.NO_COLOR ?? '') === '';
}

export const TONE_STYLE: Partial<Record<Tone, Style>> = {
	good: 'green',
	warn: 'yellow',
	bad: 'red',
};

/** A table of {@link Cell}s as aligned lines, details on a line of their own, indented by two. */
export function textTable(table: Table, paint: Paint): string[] {
	const { title, columns, notes } = table;
	const rows = table.rows.map((row) =>
		row.map((cell): Cell => ({ ...cell, text: printable(cell.text) })),
	);
	const head = columns.map((column): Cell => ({ text: column.title }));
	const widths = columns.map((_, index) =>
		Math.max(
			...[head, ...rows].map((row) =>
				Math.max(row[index]?.text.length ?? 0, row[index]?.detail?.length ?? 0),
			),
		),
	);
	const line = (texts: string[], styleOf: (index: number) => Style | undefined): string => {
		const cells = texts.map((text, index) => {
			const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - text.length));
			const style = styleOf(index);
			const painted = style === undefined || text === '' ? text : paint(style, text);
			return columns[index]?.align === 'right' ? padding + painted : painted + padding;
		});
		return `  ${cells.join('  ')}`.trimEnd();
	};
	const hasHead = columns.some((column) => column.title !== '');
	return [
		paint('bold', title),
		...(hasHead
			? [
					line(
						head.map(({ text }) => text),
						() => 'dim',
					),
				]
			: []),
		...rows.flatMap((row) => [
			line(
				row.map(({ text }) => text),
				(index) => TONE_STYLE[row[index]?.tone ?? 'plain'],
			),
			...(row.some(({ detail }) => detail !== undefined)
				? [
						line(
							row.map(({ detail }) => detail ?? ''),
							() => 'dim',
						),
					]
				: []),
		]),
		...notes.map((note) => paint('dim', `  ${note}`)),
	];
}

/** A table of plain texts, its numbers to the right. */
export function plainTable(
	title: string,
	head: readonly string[],
	rows: ReadonlyArray<readonly string[]>,
): string[] {
	const columns = head.map((text, index) => ({
		title: text,
		align: index === 0 ? ('left' as const) : ('right' as const),
	}));
	const cells = rows.map((row) => row.map((text) => ({ text })));
	return textTable({ title, columns, rows: cells, notes: [] }, painter(false));
}
