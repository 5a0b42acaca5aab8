import { styleText } from 'node:util';
import type { Cell, Table, Tone } from './tables';
import { toPrintable } from './untrustedText';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Returns the text in a style, or unchanged if colors are off. */
export type Paint = (style: Style, text: string) => string;

/** The styles for the tones of table cells. Plain cells have no style. */
export const TONE_STYLES: Partial<Record<Tone, Style>> = {
	good: 'green',
	warn: 'yellow',
	bad: 'red',
};

export function createPaint(isColored: boolean): Paint {
	// validateStream would check stdout, but the report may go to another stream. The caller has decided.
	return (style, text) => (isColored ? styleText(style, text, { validateStream: false }) : text);
}

/** Returns whether output to the stream may have colors. NO_COLOR turns them off (no-color.org). */
export function supportsColor(stream: NodeJS.WriteStream): boolean {
	return stream.isTTY && (process.env.NO_COLOR ?? '') === '';
}

/** Returns the lines of a table with aligned columns. The details of a row are on a line of their own. */
export function terminalTable(table: Table, paint: Paint): string[] {
	const { title, columns, notes } = table;
	const rows = table.rows.map((row) =>
		row.map((cell): Cell => ({ ...cell, text: toPrintable(cell.text) })),
	);
	const titles = columns.map((column) => column.title);
	const widths = titles.map((text, index) =>
		Math.max(
			text.length,
			...rows.map((row) => Math.max(row[index]?.text.length ?? 0, row[index]?.detail?.length ?? 0)),
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
	const dimLine = (texts: string[]): string => line(texts, () => 'dim');
	const rowLines = (row: Cell[]): string[] => {
		const textLine = line(
			row.map(({ text }) => text),
			(index) => TONE_STYLES[row[index]?.tone ?? 'plain'],
		);
		const hasDetails = row.some(({ detail }) => detail !== undefined);
		return hasDetails ? [textLine, dimLine(row.map(({ detail }) => detail ?? ''))] : [textLine];
	};
	return [
		paint('bold', title),
		...(titles.some((text) => text !== '') ? [dimLine(titles)] : []),
		...rows.flatMap(rowLines),
		...notes.map((note) => paint('dim', `  ${note}`)),
	];
}

/** Returns the lines of a table without colors. The first column is left-aligned, the others right-aligned. */
export function plainTable(
	title: string,
	columnTitles: readonly string[],
	rows: ReadonlyArray<readonly string[]>,
): string[] {
	const table: Table = {
		title,
		columns: columnTitles.map((text, index) => ({
			title: text,
			align: index === 0 ? 'left' : 'right',
		})),
		rows: rows.map((row) => row.map((text) => ({ text }))),
		notes: [],
	};
	return terminalTable(table, createPaint(false));
}
