import type { ErrorSource } from '../../../protocol/errors/classify';
import { classifyError } from '../../../protocol/errors/classify';
import { normalizeBaseUrl } from '../../../protocol/baseUrl';
import { RunAccumulator } from '../../../protocol/stream/accumulator';
import { createSseDecoder } from '../../../protocol/stream/sseDecoder';
import { detectBodyFormat } from '../../../protocol/stream/bodyFormat';
import { splitReasoning } from '../../../protocol/stream/reasoning';

/** Texts that regular expressions with two open ends take quadratic time for. */
const UNITS = [
	' ',
	'\n',
	'\t \r\n',
	'conversation_id',
	'Number of ',
	'must be less than 1',
	'in input form must be ',
	' You have requested this URI ',
	'Run failed: ',
	'<',
	'/',
	'"',
	'<think>',
	'</think>',
	'<think></think>',
	'data:',
	'event: ping\n',
	'\r',
];

const SMALL = 32 * 1024;
const GROWTH = 8;

const HTTP: ErrorSource = { from: 'http', status: 400, contentType: 'text/html', body: '' };
const CONSUMERS: Array<[string, (text: string) => unknown]> = [
	['an error event', (message) => classifyError({ from: 'event', message: `a${message}b` })],
	['a failed workflow', (message) => classifyError({ from: 'workflow', message: `a${message}b` })],
	[
		'an error code',
		(code) => classifyError({ from: 'event', code: `a${code}b`, message: `${code}b` }),
	],
	['an error body', (body) => classifyError({ ...HTTP, body: `a${body}b` })],
	[
		'the message of an error body',
		(message) => classifyError({ ...HTTP, body: JSON.stringify({ message: `a${message}b` }) }),
	],
	['a network error', (code) => classifyError({ from: 'network', code: `a${code}b` })],
	['an answer with think tags', (answer) => splitReasoning(`a${answer}b`)],
	['a stream', decode],
	['a streamed answer in small pieces', streamInPieces],
	['the start of a body', detectBodyFormat],
	['a base URL', (path) => normalizeBaseUrl(`http://x/${encodeURI(path)}b`)],
];

function decode(text: string): void {
	const decoder = createSseDecoder(() => {});
	decoder.push(Buffer.from(text));
	decoder.push(Buffer.from(JSON.stringify(text)));
	decoder.end();
}

function streamInPieces(text: string): void {
	const accumulator = new RunAccumulator({ separateReasoning: true });
	accumulator.push({ event: 'message', answer: '<think>x</think>' });
	for (let start = 0; start < text.length; start += 50) {
		accumulator.push({ event: 'message', answer: text.slice(start, start + 50) });
	}
	accumulator.end();
	accumulator.snapshot();
}

function measure(run: () => unknown): number {
	const startedAt = performance.now();
	run();
	return performance.now() - startedAt;
}

describe.each(CONSUMERS)('long texts: %s', (_, consume) => {
	it.each(UNITS)('of %j takes linear time', (unit) => {
		const repeat = (length: number): string => unit.repeat(Math.ceil(length / unit.length));
		const [short, long] = [repeat(SMALL), repeat(SMALL * GROWTH)];
		// Quadratic time grows 64 times, linear time 8 times. A busy machine can delay one measurement, so
		// each time is the shortest one so far. Times below 10 ms are mostly noise.
		let [shortMs, longMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
		for (let attempt = 0; attempt < 6; attempt++) {
			shortMs = Math.min(
				shortMs,
				measure(() => consume(short)),
			);
			longMs = Math.min(
				longMs,
				measure(() => consume(long)),
			);
			if (longMs / Math.max(shortMs, 10) < GROWTH * 4) return;
		}
		throw new Error(`${SMALL} characters take ${shortMs} ms, ${SMALL * GROWTH} take ${longMs} ms`);
	});
});

it('long texts: an error message keeps its words after 256 KB of spaces, and is cut off', () => {
	const spaces = ' '.repeat(256 * 1024);
	const message = `${spaces}Conversation Not Exists.${spaces}x`;
	const error = classifyError({ from: 'event', message });
	expect(error.kind).toBe('conversation_not_found');
	expect(error.message.length).toBeLessThan(10_000);
	expect(error.message).toMatch(/^Conversation Not Exists\./);
});
