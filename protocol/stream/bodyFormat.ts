/**
 * What the first characters of a response body show.
 * - `eventStream`: an event stream
 * - `document`: JSON or a web page
 * - `unknown`: neither. The content type decides
 */
export type BodyFormat = 'eventStream' | 'document' | 'unknown';

/** The first line of an event stream begins with one of these (WHATWG HTML 9.2.5). */
const LINE_STARTS = ['data:', 'event:', 'id:', 'retry:', ':'];

/** Characters of white space at the start of a body after which its format is `unknown`. */
const MAX_BLANK_LENGTH = 4_096;

/**
 * Returns the format of a body, because gateways change or remove the content type of a stream.
 *
 * @param start the first characters of the body, at least one
 * @returns `undefined` if more characters are needed
 */
export function detectBodyFormat(start: string): BodyFormat | undefined {
	const text = start.slice(0, MAX_BLANK_LENGTH).replace(/^[\uFEFF\r\n]+/, '');
	if (LINE_STARTS.some((lineStart) => text.startsWith(lineStart))) return 'eventStream';
	const trimmed = text.trimStart();
	if (trimmed === '') return start.length < MAX_BLANK_LENGTH ? undefined : 'unknown';
	if (/^[{[<]/.test(trimmed)) return 'document';
	return LINE_STARTS.some((lineStart) => lineStart.startsWith(text)) ? undefined : 'unknown';
}
