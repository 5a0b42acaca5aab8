import type { TerminalLayout, TextSpan } from './terminalLayout';

/** Sizes in pixels. */
const COLUMN_WIDTH = 7.8;
const ROW_HEIGHT = 19;
const MARGIN = 18;
const TITLE_BAR_HEIGHT = 30;

/** How long the finished output stays visible before the animation starts again. */
const FINISHED_MS = 6_000;

/** How much of {@link FINISHED_MS} is left when the picture is first shown. */
const FIRST_VIEW_MS = 2_500;

/**
 * Draws a terminal as an SVG that is animated with CSS only, in a light and a dark theme. The animation starts with
 * the finished output. A viewer that does not animate the picture, or pauses it, therefore shows the finished output.
 */
export function drawTerminal(
	{ spans, rows }: TerminalLayout,
	{ columns, title }: { columns: number; title: string },
): string {
	const width = Math.ceil(columns * COLUMN_WIDTH + 2 * MARGIN);
	const height = TITLE_BAR_HEIGHT + rows * ROW_HEIGHT + MARGIN;
	const times = [...new Set(spans.map(({ atMs }) => atMs))];
	const durationMs = Math.max(...times) + FINISHED_MS;
	const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)}s`;
	const percent = (ms: number): string => `${((ms / durationMs) * 100).toFixed(2)}%`;
	const keyframes = times.map(
		(atMs, index) =>
			`@keyframes k${index}{0%{visibility:hidden}${percent(atMs)},100%{visibility:visible}}.k${index}{animation-name:k${index}}`,
	);
	const style = `
.page{fill:#f6f8fa;stroke:#d1d9e0}.bar{fill:#59636e}
text{fill:#1f2328;font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace}
.title{fill:#59636e;text-anchor:middle}.dim{fill:#59636e}.bold{font-weight:bold}.cyan{fill:#0b6e75}.green{fill:#116329}
@media (prefers-color-scheme:dark){.page{fill:#0d1117;stroke:#3d444d}.bar{fill:#9198a1}text{fill:#e6edf3}.title,.dim{fill:#9198a1}.cyan{fill:#39c5cf}.green{fill:#3fb950}}
.k{animation-duration:${seconds(durationMs)};animation-delay:-${seconds(durationMs - FIRST_VIEW_MS)};animation-iteration-count:infinite;animation-timing-function:step-end}
${keyframes.join('\n')}
@media (prefers-reduced-motion:reduce){.k{animation:none}}
`;
	const texts = spans.map((span) => drawSpan(span, times.indexOf(span.atMs)));
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeMarkup(title)}</title>
<style>${style}</style>
<rect class="page" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
<g class="bar"><circle cx="18" cy="15" r="4"/><circle cx="34" cy="15" r="4"/><circle cx="50" cy="15" r="4"/></g>
<text class="title" x="${width / 2}" y="20">${escapeMarkup(title)}</text>
${texts.join('\n')}
</svg>
`;
}

/** The text is stretched to the width of its columns, because the viewer's font may be wider or narrower. */
function drawSpan({ row, column, text, style }: TextSpan, timeIndex: number): string {
	const x = (MARGIN + column * COLUMN_WIDTH).toFixed(1);
	const y = TITLE_BAR_HEIGHT + (row + 1) * ROW_HEIGHT - 5;
	const width = ([...text].length * COLUMN_WIDTH).toFixed(1);
	const classes = ['k', `k${timeIndex}`, ...(style === '' ? [] : [style])].join(' ');
	return `<text class="${classes}" x="${x}" y="${y}" textLength="${width}" lengthAdjust="spacingAndGlyphs">${escapeMarkup(text)}</text>`;
}

function escapeMarkup(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
