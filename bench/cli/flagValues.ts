import { UsageError } from '../usageError';

const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Parses a time such as `500ms`, `30s`, `2m` or `1h`, or seconds without a unit. Returns ms. */
export function parseDuration(flag: string, text: string): number {
	const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
	if (number === undefined) {
		throw new UsageError(`--${flag}: '${text}' must be a time such as 500ms, 30s or 2m`);
	}
	return Number(number) * (MS_PER_UNIT[unit] ?? 1);
}

/** Parses a time that must not be 0. Returns ms. */
export function parsePositiveDuration(flag: string, text: string): number {
	const ms = parseDuration(flag, text);
	if (ms === 0) throw new UsageError(`--${flag}: must be longer than 0`);
	return ms;
}

/** Parses a time limit in ms. Returns `null` for 0, which means no limit. */
export function parseTimeLimit(flag: string, text: string): number | null {
	const ms = parseDuration(flag, text);
	return ms === 0 ? null : ms;
}

/** Returns a parser for integers of at least `min`. */
export function integerParser(min: number): (flag: string, text: string) => number {
	return (flag, text) => {
		const value = Number(text);
		if (!/^\d+$/.test(text.trim()) || value < min || !Number.isSafeInteger(value)) {
			throw new UsageError(`--${flag}: '${text}' must be an integer of at least ${min}`);
		}
		return value;
	};
}

/** Parses a number of requests per second. */
export function parseRate(flag: string, text: string): number {
	const value = Number(text);
	if (text.trim() === '' || !(value > 0) || !Number.isFinite(value)) {
		throw new UsageError(`--${flag}: '${text}' must be a number above 0`);
	}
	return value;
}

/** Returns a parser for a choice of words. */
export function choiceParser<const Value extends string>(
	...values: readonly Value[]
): (flag: string, text: string) => Value {
	return (flag, text) => {
		const found = values.find((value) => value === text);
		if (found !== undefined) return found;
		throw new UsageError(`--${flag}: '${text}' must be one of ${values.join(', ')}`);
	};
}

/** Parses a number of measuring threads. `auto` is resolved when the run starts. */
export function parseWorkers(flag: string, text: string): number | 'auto' {
	return text === 'auto' ? 'auto' : integerParser(1)(flag, text);
}

export function parseJsonObject(flag: string, text: string): Record<string, unknown> {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw new UsageError(`--${flag}: not valid JSON: ${(error as Error).message}`);
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw new UsageError(`--${flag}: must be a JSON object such as {"name": "Ada"}`);
	}
	return value as Record<string, unknown>;
}
