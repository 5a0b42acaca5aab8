import { UsageError } from '../usageError';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A length of time in ms: `500ms`, `30s`, `2m`, or seconds without a unit. */
export function duration(flag: string, text: string): number {
	const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
	if (number === undefined) {
		throw new UsageError(`--${flag}: '${text}' is no length of time such as 500ms, 30s or 2m`);
	}
	return Number(number) * (UNITS[unit] ?? 1);
}

/** The same, where it must not be 0. */
export function positiveDuration(flag: string, text: string): number {
	const ms = duration(flag, text);
	if (ms === 0) throw new UsageError(`--${flag}: must be longer than 0`);
	return ms;
}

/** A limit in ms; 0 switches it off. */
export function limit(flag: string, text: string): number | null {
	const ms = duration(flag, text);
	return ms === 0 ? null : ms;
}

/** A whole number from `min` on. */
export function integer(min: number): (flag: string, text: string) => number {
	return (flag, text) => {
		const value = Number(text);
		if (!/^\d+$/.test(text.trim()) || value < min || !Number.isSafeInteger(value)) {
			throw new UsageError(`--${flag}: '${text}' is no whole number from ${min} on`);
		}
		return value;
	};
}

/** A rate a second, above 0. */
export function rate(flag: string, text: string): number {
	const value = Number(text);
	if (text.trim() === '' || !(value > 0) || !Number.isFinite(value)) {
		throw new UsageError(`--${flag}: '${text}' is no number above 0`);
	}
	return value;
}

/** One of some words. */
export function oneOf<const Value extends string>(
	...values: readonly Value[]
): (flag: string, text: string) => Value {
	return (flag, text) => {
		const found = values.find((value) => value === text);
		if (found !== undefined) return found;
		throw new UsageError(`--${flag}: '${text}' is none of ${values.join(', ')}`);
	};
}

/** A JSON object. */
export function object(flag: string, text: string): Record<string, unknown> {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw new UsageError(`--${flag}: not valid JSON: ${(error as Error).message}`);
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw new UsageError(`--${flag}: not a JSON object such as {"name": "Ada"}`);
	}
	return value as Record<string, unknown>;
}
