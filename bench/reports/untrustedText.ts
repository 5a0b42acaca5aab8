/**
 * Makes text of other people safe to print. App names, error messages and event names come from the
 * server, queries and file names from the user. Every report passes them through these functions.
 */

/**
 * Returns the text on one line. Characters that could control a terminal, reverse the direction of the
 * line or make XML invalid become U+FFFD.
 */
export function toPrintable(text: string): string {
	return text
		.replace(/\s+/gu, ' ')
		.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu, '\ufffd')
		.trim();
}

/** Shortens a text to at most `length` characters. A shortened text ends with …. */
export function truncate(text: string, length: number): string {
	const characters = [...text];
	return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

const ENTITIES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** Escapes a text for HTML and XML. The result is safe in elements and in quoted attributes. */
export function escapeMarkup(text: string): string {
	return toPrintable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Escapes a text for GitHub's Markdown. The result is also safe in a table cell. */
export function escapeMarkdown(text: string): string {
	return toPrintable(text).replace(/[\\`*_{}[\]<>|~#&!]/g, '\\$&');
}

/** Returns JSON for a `<script>` element. No text in it can close the element. */
export function toScriptJson(value: unknown): string {
	return JSON.stringify(value).replaceAll('<', '\\u003c');
}
