import { stringify } from '../../../protocol/text';

/**
 * Converts the values of parameters. A form gives values of the right type, but an expression, an agent
 * or an imported workflow can give any value.
 */

/**
 * The converted value, or what is wrong with it:
 * the rest of a sentence that begins with the parameter's name.
 */
export type Parsed<Value> = { ok: true; value: Value } | { ok: false; problem: string };

/** Characters of a value that a message quotes. */
const MAX_QUOTED_LENGTH = 100;

/** Returns whether an expression found no value. A parameter then has its default. */
export function isMissing(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}

/** Returns a text in single quotes for a message, shortened if it is long. */
export function quote(text: string): string {
	return text.length > MAX_QUOTED_LENGTH ? `'${text.slice(0, MAX_QUOTED_LENGTH)}…'` : `'${text}'`;
}

/** Returns a value's type for a message, with its article. */
export function typeName(value: unknown): string {
	if (value === undefined || value === null) return String(value);
	if (Array.isArray(value)) return 'an array';
	if (typeof value === 'object') return 'an object';
	return typeof value === 'number' && !Number.isFinite(value) ? String(value) : `a ${typeof value}`;
}

/** Parses a text. Numbers and booleans become text. A missing value becomes an empty text. */
export function parseText(value: unknown): Parsed<string> {
	if (isMissing(value)) return valid('');
	if (typeof value === 'string') return valid(value);
	const isScalar = Number.isFinite(value) || ['boolean', 'bigint'].includes(typeof value);
	return isScalar ? valid(String(value)) : invalid(`must be a text, not ${typeName(value)}`);
}

/**
 * Parses a short text that identifies something, such as a user. `true` identifies nothing, and an object
 * would become the same text as any other object.
 */
export function parseIdentifier(value: unknown): Parsed<string> {
	if (typeof value === 'boolean') return invalid(`must be a text, not ${typeName(value)}`);
	const parsed = parseText(value);
	if (!parsed.ok || parsed.value.length <= MAX_IDENTIFIER_LENGTH) return parsed;
	const length = parsed.value.length;
	return invalid(`has ${length} characters, and at most ${MAX_IDENTIFIER_LENGTH} are allowed`);
}

/** Identifiers are sent in URLs, which servers and proxies limit to a few thousand characters. */
const MAX_IDENTIFIER_LENGTH = 1_000;

/** Parses a text. An object or an array becomes its JSON. */
export function parseTextOrJson(value: unknown): Parsed<string> {
	if (typeof value !== 'object' || value === null) return parseText(value);
	const json = stringify(value);
	if (json === undefined) return invalid(`is ${typeName(value)} that cannot be written as JSON`);
	// The JSON of a date is a text in quotes.
	return valid(json.startsWith('"') ? String(JSON.parse(json)) : json);
}

/** Parses `true` or `false`, also as text or as the number 1 or 0. */
export function parseBoolean(value: unknown): Parsed<boolean> {
	const text = typeof value === 'string' ? value.trim().toLowerCase() : value;
	if (text === true || text === 1 || text === 'true' || text === '1') return valid(true);
	if (text === false || text === 0 || text === 'false' || text === '0') return valid(false);
	return invalid(`must be true or false, not ${describe(value)}`);
}

interface NumberRange {
	minimum: number;
	maximum?: number;
	/** Whether the value is a count. It is rounded and brought into the range. */
	isInteger?: boolean;
}

/** Parses a number, also as text. A value above the maximum becomes the maximum. */
export function parseNumber(
	value: unknown,
	{ minimum, maximum = Number.MAX_SAFE_INTEGER, isInteger = false }: NumberRange,
): Parsed<number> {
	const number = coerceNumber(value);
	if (isInteger && !Number.isNaN(number)) {
		return valid(Math.min(maximum, Math.max(minimum, Math.round(number))));
	}
	if (number >= minimum) return valid(Math.min(maximum, number));
	return invalid(`must be a number of at least ${minimum}, not ${describe(value)}`);
}

/** Parses an integer of at least 1, also as text. */
export function parsePositiveInteger(value: unknown): Parsed<number> {
	const number = coerceNumber(value);
	return Number.isInteger(number) && number >= 1
		? valid(number)
		: invalid('must be an integer of at least 1');
}

/** Parses one of the values of an option list. */
export function parseOption(value: unknown, options: readonly string[]): Parsed<string> {
	if (typeof value === 'string' && options.includes(value)) return valid(value);
	const list = options.map((option) => `'${option}'`).join(', ');
	return invalid(`must be one of ${list}, not ${describe(value)}`);
}

/** Returns the number, or NaN for a value that is not a number. */
function coerceNumber(value: unknown): number {
	if (typeof value === 'number') return value;
	return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

function describe(value: unknown): string {
	return typeof value === 'string' || Number.isFinite(value)
		? quote(String(value))
		: typeName(value);
}

function valid<Value>(value: Value): Parsed<Value> {
	return { ok: true, value };
}

function invalid(problem: string): { ok: false; problem: string } {
	return { ok: false, problem };
}
