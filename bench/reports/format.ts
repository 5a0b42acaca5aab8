/** How numbers and other people's text are written, the same in every report. */

const EN = 'en-US';
const threeDigits = new Intl.NumberFormat(EN, { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat(EN, { maximumFractionDigits: 0 });
const threeDecimals = new Intl.NumberFormat(EN, { maximumFractionDigits: 3 });
const twoDecimals = new Intl.NumberFormat(EN, { maximumFractionDigits: 2 });

/** Stands where there is no number. */
export const NONE = '–';

/** Three digits, or all that stand before the point: 0.0771, 12.3, 412, 1,204. */
export function number(value: number | null): string {
	if (value === null) return NONE;
	return (Math.abs(value) < 1000 ? threeDigits : whole).format(value);
}

/** As it is, to a thousandth: for a number that a limit is held against. */
export function exact(value: number, unit = ''): string {
	return `${threeDecimals.format(value)}${spaced(unit)}`;
}

/** A number with its unit: 12.3 ms, 98.65 %, 32.2/s. */
export function quantity(value: number | null, unit: string): string {
	if (value === null) return NONE;
	return unit === '%' ? percent(value) : `${number(value)}${spaced(unit)}`;
}

function spaced(unit: string): string {
	return unit === '' || unit.startsWith('/') ? unit : ` ${unit}`;
}

/** A percentage that says 0 % only of nothing and 100 % only of all. */
export function percent(value: number): string {
	if (value > 0 && value < 0.01) return '<0.01 %';
	if (value < 100 && value > 99.99) return '>99.99 %';
	return `${twoDecimals.format(value)} %`;
}

export function share(part: number, all: number): string {
	return all === 0 ? NONE : percent((part * 100) / all);
}

/** 1,234 ms → 1.23 s; for lengths that were asked for or lived through, not for what was measured. */
export function seconds(ms: number): string {
	return `${number(ms / 1000)} s`;
}

/** 1 stream, 2 streams. */
export function counted(count: number, noun: string): string {
	return `${whole.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * Other people's text on one line, without what could steer a terminal, turn the line round or break XML.
 */
export function printable(text: string): string {
	return text
		.replace(/\s+/gu, ' ')
		.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu, '\ufffd')
		.trim();
}

/** At most `length` characters, the last of them … where more were there. */
export function clip(text: string, length: number): string {
	const characters = [...text];
	return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
