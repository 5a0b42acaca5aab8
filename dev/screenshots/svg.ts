import type { Piece, Screen } from './screen';

const COLUMN = 7.8;
const LINE = 19;
const MARGIN = 18;
const BAR = 30;
/** After the last word: a look at it, a way down the rest, a look at that. In ms. */
const REST = 1_800;
const SCROLL = 2_400;
const END = 3_500;

/**
 * A terminal as a picture that moves: CSS alone, round and round, in light and dark. Where motion is
 * not wanted, or CSS animations are not known, it shows the beginning of the whole.
 *
 * @param shown rows of the window; what lies below is scrolled to
 */
export function drawTerminal(
	{ pieces, rows }: Screen,
	{ columns, shown, title }: { columns: number; shown: number; title: string },
): string {
	const width = Math.ceil(columns * COLUMN + 2 * MARGIN);
	const height = BAR + shown * LINE + MARGIN;
	const last = Math.max(...pieces.map(({ at }) => at));
	const length = last + REST + SCROLL + END;
	const percent = (at: number): string => `${((at / length) * 100).toFixed(2)}%`;
	const times = [...new Set(pieces.map(({ at }) => at))];
	const appear = times.map(
		(at, index) =>
			`@keyframes k${index}{0%{visibility:hidden}${percent(at)},100%{visibility:visible}}.k${index}{animation-name:k${index}}`,
	);
	const hidden = Math.max(0, rows - shown) * LINE;
	const style = `
.page{fill:#f6f8fa;stroke:#d1d9e0}.bar{fill:#59636e}
text{fill:#1f2328;font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace}
.title{fill:#59636e;text-anchor:middle}.dim{fill:#59636e}.bold{font-weight:bold}.cyan{fill:#0b6e75}.green{fill:#116329}
@media (prefers-color-scheme:dark){.page{fill:#0d1117;stroke:#3d444d}.bar{fill:#9198a1}text{fill:#e6edf3}.title,.dim{fill:#9198a1}.cyan{fill:#39c5cf}.green{fill:#3fb950}}
.k,.roll{animation-duration:${(length / 1000).toFixed(2)}s;animation-iteration-count:infinite}
.k{animation-timing-function:step-end}
.roll{animation-name:roll}
@keyframes roll{0%,${percent(last + REST)}{transform:none}${percent(last + REST + SCROLL)},100%{transform:translateY(-${hidden}px)}}
${appear.join('\n')}
@media (prefers-reduced-motion:reduce){.k,.roll{animation:none}}
`;
	const text = pieces.map((piece) => drawPiece(piece, times.indexOf(piece.at)));
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escape(title)}</title>
<style>${style}</style>
<clipPath id="window"><rect y="${BAR}" width="${width}" height="${shown * LINE}"/></clipPath>
<rect class="page" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
<g class="bar"><circle cx="18" cy="15" r="4"/><circle cx="34" cy="15" r="4"/><circle cx="50" cy="15" r="4"/></g>
<text class="title" x="${width / 2}" y="20">${escape(title)}</text>
<g clip-path="url(#window)"><g class="roll">
${text.join('\n')}
</g></g>
</svg>
`;
}

/** Each piece is as wide as its columns, whatever font is there. */
function drawPiece({ row, column, text, style }: Piece, time: number): string {
	const x = (MARGIN + column * COLUMN).toFixed(1);
	const y = BAR + (row + 1) * LINE - 5;
	const width = ([...text].length * COLUMN).toFixed(1);
	const classes = ['k', `k${time}`, ...(style === '' ? [] : [style])].join(' ');
	return `<text class="${classes}" x="${x}" y="${y}" textLength="${width}" lengthAdjust="spacingAndGlyphs">${escape(text)}</text>`;
}

function escape(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
