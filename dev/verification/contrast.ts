/** The backgrounds of a node in n8n's light and dark theme. */
export const BACKGROUNDS = { light: '#ffffff', dark: '#2b2b2b' } as const;

/**
 * Returns the best contrast that a colour of the icon has with the background, by the formula of WCAG 2
 * (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio): from 1, no contrast, to 21.
 *
 * @throws if the icon contains a colour that is not `#rgb`, `#rrggbb`, `black`, `white` or `currentColor`
 */
export function iconContrast(svg: string, background: string): number {
	const declared = [...svg.matchAll(/\b(fill|stroke|stop-color)\s*[=:]\s*["']?\s*([^"';>]+)/g)];
	const paints = declared.map(([, , value = '']) => value.trim());
	// An SVG shape without a fill is black.
	if (!declared.some(([, property]) => property === 'fill')) paints.push('black');
	const colors = paints.filter((paint) => paint !== 'none' && !paint.startsWith('url('));
	return Math.max(1, ...colors.map((color) => contrast(luminance(color), luminance(background))));
}

function contrast(first: number, second: number): number {
	return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

/** Returns the relative luminance of a colour, from 0 to 1. */
function luminance(color: string): number {
	const [red = 0, green = 0, blue = 0] = toRgb(color).map((channel) =>
		channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4,
	);
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Returns red, green and blue, each from 0 to 1. */
function toRgb(color: string): number[] {
	const named: Record<string, string> = { black: '000', currentcolor: '000', white: 'fff' };
	const digits = named[color.toLowerCase()] ?? /^#([\da-f]{3}|[\da-f]{6})$/i.exec(color)?.[1];
	if (digits === undefined) throw new Error(`Unknown colour '${color}' in an icon.`);
	const size = digits.length / 3;
	return [0, 1, 2].map((index) => {
		const channel = digits.slice(index * size, (index + 1) * size);
		return parseInt(size === 1 ? channel + channel : channel, 16) / 255;
	});
}
