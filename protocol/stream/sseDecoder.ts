import { createParser } from 'eventsource-parser';
import { isErrorObject, readErrorFields } from '../errors/errorBody';
import { isRecord, limitText, parseJson, toId } from '../text';
import type { DifyEvent, UnknownEvent } from './events';
import { EVENT_ROLES } from './events';

/**
 * One event of the stream, or a message that is not a Dify event. A malformed message is a value and
 * not an exception, so that it does not cost the rest of the answer.
 */
export type SseMessage =
	| { ok: true; event: DifyEvent | UnknownEvent }
	| {
			ok: false;
			/** The data is not JSON, is not an object with an `event`, or exceeds the maximum length. */
			reason: 'json' | 'shape' | 'too-long';
			/** Length of the data in UTF-16 units. For `too-long`, the maximum length. */
			length: number;
			/** The message in the data, if the data is an object that may be an error of a gateway. */
			text?: string;
	  };

interface SseDecoderOptions {
	/**
	 * Maximum length of one message in UTF-16 units. Default: 64 Mi, because Dify does not truncate node
	 * outputs for the Service API (langgenius/dify#27484) and single lines can have many MB. A longer
	 * message is skipped and reported as `too-long`.
	 */
	maxMessageLength?: number;
	/** Changes the data of a message before it is parsed, for example to remove a secret. */
	transformData?: (data: string) => string;
}

interface SseDecoder {
	/** Decodes the next bytes and reports each message that they complete. */
	push(chunk: Uint8Array): void;
	/** Call once the input has ended. An event without its final blank line is dropped (WHATWG HTML 9.2.6). */
	end(): void;
}

const DEFAULT_MAX_MESSAGE_LENGTH = 64 * 1024 * 1024;

/** Characters of the text of a malformed message that are kept. */
const MAX_TEXT_LENGTH = 1_000;

/**
 * Creates a decoder for an event stream (docs/dify-api.md#framing). Chunks may be split at any byte.
 * Messages are reported in the order of the stream, except that the pings of a chunk come before its
 * other events. Only the bytes of an incomplete message are copied.
 */
export function createSseDecoder(
	onMessage: (message: SseMessage) => void,
	options: SseDecoderOptions = {},
): SseDecoder {
	const { maxMessageLength = DEFAULT_MAX_MESSAGE_LENGTH, transformData = (data) => data } = options;
	const utf8 = new TextDecoder();
	const countPings = createPingCounter();
	const normalizeLineEnds = createLineEndNormalizer();
	/** Whether the rest of a line that was too long is still to come. */
	let isSkippingLine = false;

	const parser = createParser({
		maxBufferSize: maxMessageLength,
		onEvent: ({ event, data }) => {
			const message = parseMessage(transformData(data), event);
			if (message !== undefined) onMessage(message);
		},
		onError: (error) => {
			// The parser itself ignores unknown fields and bad retry values (WHATWG HTML 9.2.6).
			if (error.type !== 'max-buffer-size-exceeded') return;
			isSkippingLine = true;
			onMessage({ ok: false, reason: 'too-long', length: maxMessageLength });
		},
	});

	const feed = (decoded: string): void => {
		const lines = normalizeLineEnds(decoded);
		const text = isSkippingLine ? skipToLineBreak(lines) : lines;
		if (text === '') return;
		if (isSkippingLine) {
			isSkippingLine = false;
			parser.reset();
		}
		for (let pings = countPings(text); pings > 0; pings--) {
			onMessage({ ok: true, event: { event: 'ping' } });
		}
		parser.feed(text);
	};

	return {
		push: (chunk) => feed(utf8.decode(chunk, { stream: true })),
		end: () => feed(utf8.decode()),
	};
}

/**
 * Returns a function that turns the line ends CRLF and CR of the next piece of text into LF. The parser
 * takes quadratic time for many lone CRs, because it searches the whole text for an LF at each of them.
 */
function createLineEndNormalizer(): (text: string) => string {
	let endedInCarriageReturn = false;
	return (text) => {
		if (text === '') return text;
		// The LF of a CRLF that is spread over two pieces ends no second line.
		const start = endedInCarriageReturn && text.startsWith('\n') ? 1 : 0;
		endedInCarriageReturn = text.endsWith('\r');
		return (start === 0 ? text : text.slice(1)).replace(/\r\n?/g, '\n');
	};
}

/** Returns `text` from its first line break, `''` if it has none. */
function skipToLineBreak(text: string): string {
	const lineBreak = text.indexOf('\n');
	return lineBreak === -1 ? '' : text.slice(lineBreak);
}

/**
 * Parses the data of one message.
 *
 * @param name SSE's own event name. Dify puts the name into the data, but gateways use this field
 * @returns `undefined` for a message without content: a ping, or the end marker of other APIs
 */
function parseMessage(data: string, name: string | undefined): SseMessage | undefined {
	// Pings are counted by their line, whether or not they have data.
	if (name === 'ping' || data.trim() === '' || data.trim() === '[DONE]') return undefined;
	const value = parseJson(data);
	if (value === undefined) {
		if (name === 'error') return toErrorMessage({ message: limitText(data, MAX_TEXT_LENGTH) });
		return { ok: false, reason: 'json', length: data.length };
	}
	if (name === 'error' && !isRecord(value)) return toErrorMessage({ message: value });
	if (!isRecord(value)) return { ok: false, reason: 'shape', length: data.length };
	if (toId(value.event) !== undefined) return { ok: true, event: value as unknown as UnknownEvent };
	if (name === 'error' || isErrorObject(value)) return toErrorMessage(value);
	if (name !== undefined && Object.hasOwn(EVENT_ROLES, name)) {
		return { ok: true, event: { ...value, event: name } };
	}
	const text = limitText(readErrorFields(value).message, MAX_TEXT_LENGTH);
	return { ok: false, reason: 'shape', length: data.length, ...(text !== '' && { text }) };
}

/** Returns an error object as the `error` event that Dify would send. */
function toErrorMessage(value: Record<string, unknown>): SseMessage {
	const { conversation_id, message_id, created_at, task_id } = value;
	const envelope = { conversation_id, message_id, created_at, task_id } as Partial<UnknownEvent>;
	return { ok: true, event: { ...envelope, ...readErrorFields(value), event: 'error' } };
}

/**
 * Returns a function that counts the `event: ping` lines in the next piece of text. A line may be
 * spread over several pieces. The parser cannot report Dify's pings, because SSE dispatches no event
 * without data (docs/dify-api.md#pings). JSON data contains no raw line break, so a match after a line
 * break is always a field and never data.
 */
function createPingCounter(): (text: string) => number {
	const PING = /\nevent: ?ping(?=\n)/g;
	const MAX_PING_LENGTH = '\nevent: ping'.length;
	/** The last line break and the start of a line that may still become a ping. */
	let pending = '\n';
	return (text) => {
		const searched = pending + text;
		const lineStart = searched.lastIndexOf('\n');
		const lastLine = lineStart === -1 ? '' : searched.slice(lineStart);
		pending = lastLine.length > MAX_PING_LENGTH ? '' : lastLine;
		// Most chunks contain no `event:` at all: this check costs one search and avoids the regular expression.
		return searched.includes('event:') ? (searched.match(PING)?.length ?? 0) : 0;
	};
}
