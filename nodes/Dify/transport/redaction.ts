/** A shorter text is not a key. Replacing it would damage unrelated words. */
const MIN_KEY_LENGTH = 8;

/**
 * Characters that users paste with a key and that the sent header does not contain: spaces, line breaks,
 * zero-width characters.
 */
const PASTED_CHARACTERS =
	/[\s\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g;

/** Nested values below this depth are removed instead of searched. */
const MAX_DEPTH = 50;

/** Replaces an API key in texts, in the form that was entered and in the forms in which it is sent. */
export class Redactor {
	private readonly forms: string[];

	constructor(apiKey: string) {
		const forms = [
			apiKey,
			apiKey.trim(),
			apiKey.replace(PASTED_CHARACTERS, ''),
			...apiKey.split(PASTED_CHARACTERS),
		].flatMap((form) => [form, encodeForUrl(form), JSON.stringify(form).slice(1, -1)]);
		this.forms = [...new Set(forms)]
			.filter((form) => form.length >= MIN_KEY_LENGTH)
			.sort((a, b) => b.length - a.length);
	}

	redact(text: string): string {
		return this.forms.reduce((redacted, form) => redacted.replaceAll(form, '***'), text);
	}

	/** Returns a copy of a JSON value with the key replaced in all its texts, names of fields included. */
	redactAll<Value>(value: Value): Value {
		return this.redactValue(value, 0) as Value;
	}

	private redactValue(value: unknown, depth: number): unknown {
		if (typeof value === 'string') return this.redact(value);
		if (typeof value !== 'object' || value === null) return value;
		if (depth > MAX_DEPTH) return null;
		if (Array.isArray(value)) return value.map((entry) => this.redactValue(entry, depth + 1));
		return Object.fromEntries(
			Object.entries(value).map(([name, entry]) => [
				this.redact(name),
				this.redactValue(entry, depth + 1),
			]),
		);
	}
}

/** A lone surrogate cannot be encoded. */
function encodeForUrl(text: string): string {
	try {
		return encodeURIComponent(text);
	} catch {
		return text;
	}
}
