import { printable } from './format';

const ENTITIES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** Text as it reads in HTML and XML, in an element or a quoted attribute. */
export function escapeMarkup(text: string): string {
	return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Text as it reads in GitHub's Markdown, in a table cell too. */
export function escapeMarkdown(text: string): string {
	return printable(text).replace(/[\\`*_{}[\]<>|~#&!]/g, '\\$&');
}

/** JSON that no `</script>` in a text can end. */
export function scriptJson(value: unknown): string {
	return JSON.stringify(value).replaceAll('<', '\\u003c');
}
