import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monotonicMs } from '../load/clientError';

/**
 * A server that does nothing but stream events, each stamped with the machine's monotonic clock right
 * before its write: what a client sees against what was so. A process of its own, forked by
 * `calibrate`; mock-dify does more for each request than a few ms of truth can bear.
 *
 * What to stream stands in the request's `inputs`: {@link Stream}.
 */
export interface Stream {
	/** ms to the first token. */
	first: number;
	/** ms between packets. */
	gap: number;
	tokens: number;
	/** Tokens written at once. */
	packet: number;
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

const server = createServer((request, response) => {
	if (request.method === 'GET') {
		response.setHeader('Content-Type', 'application/json');
		response.end('{"name":"stamps","description":"","tags":[],"mode":"chat"}');
		return;
	}
	void body(request).then(
		(inputs) => play(inputs, response),
		() => response.destroy(),
	);
});

async function body(request: IncomingMessage): Promise<Stream> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return (JSON.parse(Buffer.concat(chunks).toString()) as { inputs: Stream }).inputs;
}

function play({ first, gap, tokens, packet }: Stream, response: ServerResponse): void {
	response.writeHead(200, {
		'Content-Type': 'text/event-stream',
		'Transfer-Encoding': 'chunked',
		'X-Version': 'stamps',
	});
	response.flushHeaders();
	const began = performance.now();
	let sent = 0;
	let packets = 0;
	const next = (): void => {
		if (response.destroyed) return;
		const count = Math.min(packet, tokens - sent);
		sent += count;
		packets++;
		// Straight to the socket: response.write() would hold it back until the end of this turn.
		const data = event('"event":"message","answer":"token "').repeat(count);
		response.socket?.write(`${data.length.toString(16)}\r\n${data}\r\n`);
		if (sent >= tokens) {
			const usage = JSON.stringify({ usage: { ...USAGE, completion_tokens: tokens } });
			response.end(event(`"event":"message_end","id":"m","metadata":${usage}`));
			return;
		}
		setTimeout(next, began + first + packets * gap - performance.now());
	};
	setTimeout(next, first);
}

/** One data line, stamped. */
function event(fields: string): string {
	const ids = '"task_id":"t","message_id":"m","conversation_id":"c","created_at":0';
	return `data: {${fields},${ids},"sent_at":${monotonicMs()}}\n\n`;
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
// Whoever forked it is gone: so is its use.
process.on('disconnect', () => process.exit());
