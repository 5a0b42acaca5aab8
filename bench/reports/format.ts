/** How every report writes numbers, units and counts. All output is in English (en-US). */

const EN = 'en-US';
const threeDigits = new Intl.NumberFormat(EN, { maximumSignificantDigits: 3 });
const integer = new Intl.NumberFormat(EN, { maximumFractionDigits: 0 });
const threeDecimals = new Intl.NumberFormat(EN, { maximumFractionDigits: 3 });
const twoDecimals = new Intl.NumberFormat(EN, { maximumFractionDigits: 2 });

/** Shown in place of a number that does not exist. */
export const NO_VALUE = '–';

/** Formats a number with three significant digits, or as an integer from 1,000 on: 0.0771, 12.3, 1,204. */
export function formatNumber(value: number | null): string {
	if (value === null) return NO_VALUE;
	return (Math.abs(value) < 1000 ? threeDigits : integer).format(value);
}

/** Formats a number with its unit: 12.3 ms, 98.65 %, 32.2/s. */
export function formatQuantity(value: number | null, unit: string): string {
	if (value === null) return NO_VALUE;
	return unit === '%' ? formatPercent(value) : `${formatNumber(value)}${withSpace(unit)}`;
}

/** Formats a number with up to three decimals, so that it can be compared with its limit: 1,234.568 ms. */
export function formatExact(value: number, unit = ''): string {
	return `${threeDecimals.format(value)}${withSpace(unit)}`;
}

function withSpace(unit: string): string {
	return unit === '' || unit.startsWith('/') ? unit : ` ${unit}`;
}

/** Formats a percentage. Only exact values become 0 % and 100 %, so that no single failure is rounded away. */
export function formatPercent(value: number): string {
	if (value > 0 && value < 0.01) return '<0.01 %';
	if (value < 100 && value > 99.99) return '>99.99 %';
	return `${twoDecimals.format(value)} %`;
}

/** Formats `part` of `total` as a percentage. */
export function formatShare(part: number, total: number): string {
	return total === 0 ? NO_VALUE : formatPercent((part * 100) / total);
}

/** Formats a setting or the length of a run in seconds: 1,234 ms is 1.23 s. Measured times stay in ms. */
export function formatSeconds(ms: number): string {
	return `${formatNumber(ms / 1000)} s`;
}

/** Formats a count with its noun: 1 request, 2 requests. */
export function formatCount(count: number, noun: string): string {
	return `${integer.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
