/**
 * Returns a value of the wire as text. A number or an object in the place of a text is not lost: it
 * becomes its JSON. A missing value becomes an empty text.
 */
export function toText(value: unknown): string {
	if (typeof value === 'string') return value;
	if (value === undefined || value === null) return '';
	try {
		return JSON.stringify(value) ?? '';
	} catch {
		return '';
	}
}

/**
 * Returns `text` without surrounding white space and with at most `maxLength` characters, so that the
 * cost of matching and showing it is bounded.
 */
export function limitText(text: string, maxLength: number): string {
	const trimmed = text.trim();
	return trimmed.length > maxLength ? `${trimmed.slice(0, maxLength)}…` : trimmed;
}

/** Returns an id of the wire, `undefined` if it is not a text or is empty. Some events have an empty id at first. */
export function toId(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Returns whether a value of the wire is an object and not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
