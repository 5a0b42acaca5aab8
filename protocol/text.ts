/** Checks and converts values of the wire: what Dify, a gateway or a form sends can have any type. */

/**
 * Returns a value of the wire as text. A number or an object in the place of a text is not lost: it
 * becomes its JSON. A missing value becomes an empty text.
 */
export function toText(value: unknown): string {
	if (typeof value === 'string') return value;
	return value === undefined || value === null ? '' : (stringify(value) ?? '');
}

/**
 * Returns the JSON of a value, `undefined` if it has none: if it contains itself, or is nested more deeply
 * than JavaScript can write. `JSON.parse` has no such limit, so a server can send such a value.
 */
export function stringify(value: unknown): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		return undefined;
	}
}

/** Returns the value of a JSON text, `undefined` if the text is not valid JSON. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Returns whether a text begins like a JSON object or array. The rest can be missing or invalid. */
export function startsLikeJson(text: string): boolean {
	return /^\s*[[{]/.test(text);
}

/**
 * Returns `text` without surrounding white space and with at most `maxLength` characters, so that the
 * cost of matching and showing it is bounded.
 */
export function limitText(text: string, maxLength: number): string {
	const trimmed = text.trim();
	return trimmed.length > maxLength ? `${trimmed.slice(0, maxLength)}…` : trimmed;
}

/**
 * Returns an id of the wire, `undefined` if it is not a text or is empty.
 * Some events have an empty id at first.
 */
export function toId(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Returns a number of the wire, `undefined` for any other value, also for a number in a text. */
export function toNumber(value: unknown): number | undefined {
	return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Returns whether a value of the wire is an object and not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
