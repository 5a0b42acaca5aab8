/** Text that a terminal received. */
export interface Output {
	/** Milliseconds since the start of the recording. */
	atMs: number;
	text: string;
}

/** Text on one row that appears at one time and has one style. */
export interface TextSpan {
	atMs: number;
	row: number;
	column: number;
	text: string;
	/** Class names such as `dim cyan`, or an empty string. */
	style: string;
}

export interface TerminalLayout {
	spans: TextSpan[];
	rows: number;
}

/** The codes of Select Graphic Rendition (ECMA-48, 8.3.117) that the demo prints, and the styles they switch. */
const STYLES: Readonly<Record<string, { on?: string; off: readonly string[] }>> = {
	'1': { on: 'bold', off: [] },
	'2': { on: 'dim', off: [] },
	'22': { off: ['bold', 'dim'] },
	'32': { on: 'green', off: ['cyan'] },
	'36': { on: 'cyan', off: ['green'] },
	'39': { off: ['green', 'cyan'] },
};

/**
 * Lays the output of a terminal out in rows with the given number of columns.
 *
 * @throws if the output contains an escape sequence that is not in {@link STYLES}
 */
export function layOutTerminal(outputs: readonly Output[], columns: number): TerminalLayout {
	const spans: TextSpan[] = [];
	const styles = new Set<string>();
	let row = 0;
	let column = 0;
	const print = (atMs: number, text: string): void => {
		for (let rest = [...text]; rest.length > 0;) {
			if (column === columns) {
				row++;
				column = 0;
			}
			const fitting = rest.splice(0, columns - column).join('');
			// SVG drops spaces at the ends of a text, so the span starts after them.
			const trimmed = fitting.trim();
			const leadingSpaces = fitting.length - fitting.trimStart().length;
			const style = [...styles].join(' ');
			if (trimmed !== '') {
				spans.push({ atMs, row, column: column + leadingSpaces, text: trimmed, style });
			}
			column += [...fitting].length;
		}
	};
	for (const { atMs, text } of outputs) {
		for (const part of text.split(/(\x1b\[\d+m|\r?\n)/)) {
			if (/^\r?\n$/.test(part)) {
				row++;
				column = 0;
			} else if (part.startsWith('\x1b')) {
				const style = STYLES[part.slice(2, -1)];
				if (style === undefined) {
					throw new Error(`The escape sequence ${JSON.stringify(part)} is not supported.`);
				}
				for (const name of style.off) styles.delete(name);
				if (style.on !== undefined) styles.add(style.on);
			} else print(atMs, part);
		}
	}
	return { spans, rows: column === 0 ? row : row + 1 };
}
