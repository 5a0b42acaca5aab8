import { createParser } from 'eventsource-parser';
import type { DifyEvent, UnknownEvent } from './events';

/**
 * One event of the stream, or a data line that was not one. A bad frame is a value: one proxy's
 * hiccup must not cost the answer that came before and after it.
 */
export type SseMessage =
	| { ok: true; event: DifyEvent | UnknownEvent }
	| {
			ok: false;
			reason: 'json' | 'shape' | 'too-long';
			/** UTF-16 units of the line's data; of one too long, as many as were held. */
			length: number;
	  };

export interface SseDecoderOptions {
	/**
	 * Most UTF-16 units of one event, 64 Mi by default: node outputs are not truncated for the
	 * Service API (dify#27484), so single lines of many MB are real. A longer one is passed over.
	 */
	maxMessageLength?: number;
}

export interface SseDecoder {
	/** Takes the next bytes and calls back for each frame they complete. */
	push(chunk: Uint8Array): void;
	/** Says that no more bytes come. An event without its closing blank line is dropped (WHATWG HTML, 9.2.6). */
	end(): void;
}

const DEFAULT_MAX_MESSAGE_LENGTH = 64 * 1024 * 1024;

/**
 * A push decoder: bytes in, cut anywhere, frames out, in the order of the wire (a `ping` counts as
 * before the other events of its chunk). Nothing is copied but what a cut event needs.
 */
export function createSseDecoder(
	onMessage: (frame: SseMessage) => void,
	options: SseDecoderOptions = {},
): SseDecoder {
	const { maxMessageLength = DEFAULT_MAX_MESSAGE_LENGTH } = options;
	const utf8 = new TextDecoder();
	const countPings = createPingCounter();
	let endedInCarriageReturn = false;

	const parser = createParser({
		maxBufferSize: maxMessageLength,
		onEvent: (message) => onMessage(toFrame(message.data)),
		onError: (error) => {
			// Unknown fields and bad retry values are the parser's to ignore (WHATWG HTML, 9.2.6).
			if (error.type !== 'max-buffer-size-exceeded') return;
			isPassingOver = true;
			onMessage({ ok: false, reason: 'too-long', length: maxMessageLength });
		},
	});
	/** Whether the rest of a line that was too long is still to come. */
	let isPassingOver = false;

	const feed = (given: string): void => {
		const text = isPassingOver ? fromLineBreak(given) : given;
		if (text === '') return;
		if (isPassingOver) {
			isPassingOver = false;
			parser.reset();
		}
		endedInCarriageReturn = text.endsWith('\r');
		for (let pings = countPings(text); pings > 0; pings--) {
			onMessage({ ok: true, event: { event: 'ping' } });
		}
		parser.feed(text);
	};

	return {
		push: (chunk) => feed(utf8.decode(chunk, { stream: true })),
		end: () => {
			feed(utf8.decode());
			// The parser keeps a last CR back, for it may be half of a CRLF.
			if (endedInCarriageReturn) parser.feed('\n');
		},
	};
}

/**
 * Decodes a body as it comes.
 *
 * @param source chunks of bytes, cut anywhere
 * @yields the frames of each chunk, in order
 * @throws whatever `source` throws when its connection breaks
 */
export async function* decode(
	source: AsyncIterable<Uint8Array>,
	options?: SseDecoderOptions,
): AsyncGenerator<SseMessage, void, void> {
	let frames: SseMessage[] = [];
	const decoder = createSseDecoder((frame) => frames.push(frame), options);
	for await (const chunk of source) {
		decoder.push(chunk);
		if (frames.length === 0) continue;
		yield* frames;
		frames = [];
	}
	decoder.end();
	yield* frames;
}

function fromLineBreak(text: string): string {
	const lineBreak = text.search(/[\r\n]/);
	return lineBreak === -1 ? '' : text.slice(lineBreak);
}

function toFrame(data: string): SseMessage {
	let value: unknown;
	try {
		value = JSON.parse(data);
	} catch {
		return { ok: false, reason: 'json', length: data.length };
	}
	if (!isEvent(value)) return { ok: false, reason: 'shape', length: data.length };
	return { ok: true, event: value };
}

function isEvent(value: unknown): value is DifyEvent | UnknownEvent {
	return (
		typeof value === 'object' &&
		value !== null &&
		'event' in value &&
		typeof value.event === 'string'
	);
}

/**
 * Counts `event: ping` lines, over any cut of the text. SSE dispatches nothing for an event without
 * data, so the parser cannot tell of Dify's pings (contract, section 2). A line of data holds no
 * raw line break, so what follows one here is a field.
 */
function createPingCounter(): (text: string) => number {
	const PING = /[\r\n]event: ?ping(?=[\r\n])/g;
	const LONGEST = '\nevent: ping'.length;
	// The line break and the start of a line that may still become a ping.
	let carry = '\n';
	return (text) => {
		const seen = carry + text;
		const lineStart = Math.max(seen.lastIndexOf('\n'), seen.lastIndexOf('\r'));
		const open = lineStart === -1 ? '' : seen.slice(lineStart);
		carry = open.length > LONGEST ? '' : open;
		// JSON spells no field so: most chunks cost one search.
		return seen.includes('event:') ? (seen.match(PING)?.length ?? 0) : 0;
	};
}
