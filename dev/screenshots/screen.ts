import type { Output } from './capture';

/** Text of one look that appears at one time, on one line. */
export interface Piece {
	at: number;
	row: number;
	column: number;
	text: string;
	/** `dim cyan`, or '' for plain. */
	style: string;
}

export interface Screen {
	pieces: Piece[];
	rows: number;
}

/** Select Graphic Rendition (ECMA-48, 8.3.117): what each code that the demo uses does to the look. */
const STYLES: Readonly<Record<string, { on?: string; off: readonly string[] }>> = {
	'1': { on: 'bold', off: [] },
	'2': { on: 'dim', off: [] },
	'22': { off: ['bold', 'dim'] },
	'32': { on: 'green', off: ['cyan'] },
	'36': { on: 'cyan', off: ['green'] },
	'39': { off: ['green', 'cyan'] },
};

/** Lays a terminal's output out in rows of so many columns. @throws for an escape that is none of {@link STYLES} */
export function layOut(outputs: readonly Output[], columns: number): Screen {
	const pieces: Piece[] = [];
	const styles = new Set<string>();
	let row = 0;
	let column = 0;
	const print = (at: number, text: string): void => {
		for (let rest = [...text]; rest.length > 0;) {
			if (column === columns) {
				row++;
				column = 0;
			}
			const fitting = rest.splice(0, columns - column).join('');
			// A picture's spaces at the ends of text are nobody's to keep: where it stands says them.
			const shown = fitting.trim();
			const before = fitting.length - fitting.trimStart().length;
			const style = [...styles].join(' ');
			if (shown !== '') pieces.push({ at, row, column: column + before, text: shown, style });
			column += [...fitting].length;
		}
	};
	for (const { at, text } of outputs) {
		for (const part of text.split(/(\x1b\[\d+m|\r?\n)/)) {
			if (/^\r?\n$/.test(part)) {
				row++;
				column = 0;
			} else if (part.startsWith('\x1b')) {
				const style = STYLES[part.slice(2, -1)];
				if (style === undefined) throw new Error(`no look is known for ${JSON.stringify(part)}`);
				for (const name of style.off) styles.delete(name);
				if (style.on !== undefined) styles.add(style.on);
			} else print(at, part);
		}
	}
	return { pieces, rows: column === 0 ? row : row + 1 };
}
