import type { SseMessage } from '../../../protocol/stream/sseDecoder';
import { createSseDecoder } from '../../../protocol/stream/sseDecoder';

function decodeAll(chunks: Iterable<Uint8Array | string>, maxMessageLength?: number): SseMessage[] {
	const messages: SseMessage[] = [];
	const decoder = createSseDecoder(
		(message) => messages.push(message),
		maxMessageLength === undefined ? {} : { maxMessageLength },
	);
	for (const chunk of chunks) decoder.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
	decoder.end();
	return messages;
}

const messageLine = (answer: string): string =>
	`data: ${JSON.stringify({ event: 'message', answer })}\n\n`;
const messageEvent = (answer: string): SseMessage => ({
	ok: true,
	event: { event: 'message', answer },
});
const PING: SseMessage = { ok: true, event: { event: 'ping' } };

const STREAM = `event: ping\n\n${messageLine('Grüße 👋🏽')}${messageLine('你好')}event: ping\n\n${messageLine('fin')}`;
const WHOLE = [PING, messageEvent('Grüße 👋🏽'), messageEvent('你好'), PING, messageEvent('fin')];
const sortMessages = (messages: SseMessage[]): string[] =>
	messages.map((message) => JSON.stringify(message)).sort();

describe('SSE decoder: chunks split at any byte', () => {
	const bytes = Buffer.from(STREAM);

	it('gives the same messages for every split position', () => {
		for (let cut = 0; cut <= bytes.length; cut++) {
			const messages = decodeAll([bytes.subarray(0, cut), bytes.subarray(cut)]);
			expect(sortMessages(messages)).toEqual(sortMessages(WHOLE));
		}
	});

	it('gives the same messages in the same order for chunks of one byte', () => {
		expect(decodeAll(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(WHOLE);
	});
});

describe('SSE decoder: framing', () => {
	const withLineEnds = (lineEnd: string): string => STREAM.replaceAll('\n', lineEnd);

	it.each([
		['LF', '\n'],
		['CRLF', '\r\n'],
		['lone CR', '\r'],
	])('reads line ends of %s, in one chunk and in chunks of one byte', (_, lineEnd) => {
		const bytes = Buffer.from(withLineEnds(lineEnd));
		expect(sortMessages(decodeAll([bytes]))).toEqual(sortMessages(WHOLE));
		expect(sortMessages(decodeAll(Array.from(bytes, (byte) => Uint8Array.of(byte))))).toEqual(
			sortMessages(WHOLE),
		);
	});

	it.each([
		['a byte order mark', `\uFEFF${messageLine('x')}`, [messageEvent('x')]],
		['comments', `: hello\n\n${messageLine('x')}: bye\n`, [messageEvent('x')]],
		['data without a space', 'data:{"event":"message","answer":"x"}\n\n', [messageEvent('x')]],
		[
			'data over several lines',
			'data: {"event":"message",\ndata: "answer":"x"}\n\n',
			[messageEvent('x')],
		],
		['id and retry fields', `id: 1\nretry: 10\n${messageLine('x')}`, [messageEvent('x')]],
		['unknown fields', `nonsense\n${messageLine('x')}`, [messageEvent('x')]],
		[
			'U+2028, U+2029 and U+0085 inside data',
			messageLine('a\u2028b\u2029c\u0085d'),
			[messageEvent('a\u2028b\u2029c\u0085d')],
		],
		['a NUL inside data', messageLine('a\0b'), [messageEvent('a\0b')]],
		['a ping without a space', `event:ping\n\n${messageLine('x')}`, [PING, messageEvent('x')]],
		[
			'text that looks like a ping',
			messageLine('x\nevent: ping\n'),
			[messageEvent('x\nevent: ping\n')],
		],
		[
			'a last event without its blank line',
			`${messageLine('x')}data: {"event":"message"}\n`,
			[messageEvent('x')],
		],
		['an empty stream', '', []],
	])('reads %s', (_, stream, expected) => {
		expect(decodeAll([stream])).toEqual(expected);
		expect(decodeAll([...stream])).toEqual(expected);
	});

	it('reads a data line of 5 MB from many chunks', () => {
		const answer = 'x'.repeat(5_000_000);
		const bytes = Buffer.from(messageLine(answer));
		const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
			bytes.subarray(index * 65_536, (index + 1) * 65_536),
		);
		expect(decodeAll(pieces)).toEqual([messageEvent(answer)]);
	});
});

describe('SSE decoder: malformed messages', () => {
	it.each([
		['bad JSON', 'data: {"event":\n\n', 'json'],
		['JSON that is not an object', 'data: 7\n\n', 'shape'],
		['an object without an event', 'data: {"answer":"x"}\n\n', 'shape'],
		['null', 'data: null\n\n', 'shape'],
	])('%s is reported, and the next message is read', (_, line, reason) => {
		const messages = decodeAll([line, messageLine('x')]);
		expect(messages).toEqual([expect.objectContaining({ ok: false, reason }), messageEvent('x')]);
	});

	it.each([
		["OpenAI's end marker", 'data: [DONE]\n\n'],
		['a message without data', 'data:\n\n'],
	])('%s is not reported, because nothing is lost', (_, line) => {
		expect(decodeAll([line, messageLine('x')])).toEqual([messageEvent('x')]);
	});

	it.each([1, 7, 64, 10_000])(
		'skips a message above the maximum length, in chunks of %d bytes',
		(size) => {
			const bytes = Buffer.from(
				`${messageLine('a')}${messageLine('data: '.repeat(50))}${messageLine('b')}`,
			);
			const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
				bytes.subarray(index * size, (index + 1) * size),
			);
			// The limit applies to buffered data only: a line that arrives in one chunk is not buffered.
			const middle =
				size > 100
					? messageEvent('data: '.repeat(50))
					: { ok: false, reason: 'too-long', length: 100 };
			expect(decodeAll(chunks, 100)).toEqual([messageEvent('a'), middle, messageEvent('b')]);
		},
	);

	it('treats __proto__ in the data as an ordinary key', () => {
		const [message] = decodeAll(['data: {"event":"x","__proto__":{"polluted":true}}\n\n']);
		expect(message?.ok).toBe(true);
		expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
	});
});
