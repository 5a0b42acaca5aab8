import type { SseMessage } from '../../../protocol/stream/sseDecoder';
import { createSseDecoder } from '../../../protocol/stream/sseDecoder';

function framesOf(chunks: Iterable<Uint8Array | string>, maxMessageLength?: number): SseMessage[] {
	const frames: SseMessage[] = [];
	const decoder = createSseDecoder(
		(frame) => frames.push(frame),
		maxMessageLength === undefined ? {} : { maxMessageLength },
	);
	for (const chunk of chunks) decoder.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
	decoder.end();
	return frames;
}

const message = (answer: string): string =>
	`data: ${JSON.stringify({ event: 'message', answer })}\n\n`;
const said = (answer: string): SseMessage => ({ ok: true, event: { event: 'message', answer } });
const PING: SseMessage = { ok: true, event: { event: 'ping' } };

const STREAM = `event: ping\n\n${message('Grüße 👋🏽')}${message('你好')}event: ping\n\n${message('fin')}`;
const WHOLE = [PING, said('Grüße 👋🏽'), said('你好'), PING, said('fin')];
const byKind = (frames: SseMessage[]): string[] =>
	frames.map((frame) => JSON.stringify(frame)).sort();

describe('bytes cut anywhere', () => {
	const bytes = Buffer.from(STREAM);

	it('gives the same frames for a cut at each byte boundary', () => {
		for (let cut = 0; cut <= bytes.length; cut++) {
			const frames = framesOf([bytes.subarray(0, cut), bytes.subarray(cut)]);
			expect(byKind(frames)).toEqual(byKind(WHOLE));
		}
	});

	it('gives the same frames, in order, for one byte at a time', () => {
		expect(framesOf(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(WHOLE);
	});
});

describe('framing', () => {
	const dressed = (lineEnd: string): string => STREAM.replaceAll('\n', lineEnd);

	it.each([
		['LF', '\n'],
		['CRLF', '\r\n'],
		['lone CR', '\r'],
	])('reads %s, whole and a byte at a time', (_, lineEnd) => {
		const bytes = Buffer.from(dressed(lineEnd));
		expect(byKind(framesOf([bytes]))).toEqual(byKind(WHOLE));
		expect(byKind(framesOf(Array.from(bytes, (byte) => Uint8Array.of(byte))))).toEqual(
			byKind(WHOLE),
		);
	});

	it.each([
		['a byte order mark', `\uFEFF${message('x')}`, [said('x')]],
		['comments', `: hello\n\n${message('x')}: bye\n`, [said('x')]],
		['data without a space', 'data:{"event":"message","answer":"x"}\n\n', [said('x')]],
		['data over several lines', 'data: {"event":"message",\ndata: "answer":"x"}\n\n', [said('x')]],
		['id and retry fields', `id: 1\nretry: 10\n${message('x')}`, [said('x')]],
		['unknown fields', `nonsense\n${message('x')}`, [said('x')]],
		[
			'U+2028, U+2029 and U+0085 inside data',
			message('a\u2028b\u2029c\u0085d'),
			[said('a\u2028b\u2029c\u0085d')],
		],
		['a NUL inside data', message('a\0b'), [said('a\0b')]],
		['a ping without a space', `event:ping\n\n${message('x')}`, [PING, said('x')]],
		['text that looks like a ping', message('x\nevent: ping\n'), [said('x\nevent: ping\n')]],
		[
			'a last event without its blank line',
			`${message('x')}data: {"event":"message"}\n`,
			[said('x')],
		],
		['a stream of nothing', '', []],
	])('%s', (_, stream, expected) => {
		expect(framesOf([stream])).toEqual(expected);
		expect(framesOf([...stream])).toEqual(expected);
	});

	it('reads a data line of 5 MB that comes in pieces', () => {
		const answer = 'x'.repeat(5_000_000);
		const bytes = Buffer.from(message(answer));
		const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
			bytes.subarray(index * 65_536, (index + 1) * 65_536),
		);
		expect(framesOf(pieces)).toEqual([said(answer)]);
	});
});

describe('frames that are no events', () => {
	it.each([
		['bad JSON', 'data: {"event":\n\n', 'json'],
		['JSON that is no object', 'data: 7\n\n', 'shape'],
		['an object without an event', 'data: {"answer":"x"}\n\n', 'shape'],
		['null', 'data: null\n\n', 'shape'],
		["OpenAI's end", 'data: [DONE]\n\n', 'json'],
	])('%s is a value, and what follows is read', (_, frame, reason) => {
		const frames = framesOf([frame, message('x')]);
		expect(frames).toEqual([expect.objectContaining({ ok: false, reason }), said('x')]);
	});

	it.each([1, 7, 64, 10_000])(
		'passes over an event longer than it may hold, in %d-byte chunks',
		(size) => {
			const bytes = Buffer.from(`${message('a')}${message('data: '.repeat(50))}${message('b')}`);
			const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
				bytes.subarray(index * size, (index + 1) * size),
			);
			// A line that comes whole was never held.
			const middle =
				size > 100 ? said('data: '.repeat(50)) : { ok: false, reason: 'too-long', length: 100 };
			expect(framesOf(chunks, 100)).toEqual([said('a'), middle, said('b')]);
		},
	);

	it('keeps __proto__ in data a key like any other', () => {
		const [frame] = framesOf(['data: {"event":"x","__proto__":{"polluted":true}}\n\n']);
		expect(frame?.ok).toBe(true);
		expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
	});
});
