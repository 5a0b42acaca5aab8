import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StreamShape } from '../calibrationResult';
import { monotonicMs } from '../load/monotonicClock';

/**
 * The stamping server of `calibrate`. It streams events and stamps each of them with the machine's
 * monotonic clock directly before the write, so that the client's times can be compared with the true
 * ones. It runs in a process of its own. It is not mock-dify because that does more work per request,
 * which would delay the writes by several ms.
 *
 * The `inputs` of a request contain the {@link StreamShape} to send.
 */
const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

const server = createServer((request, response) => {
	if (request.method === 'GET') {
		response.setHeader('Content-Type', 'application/json');
		response.end('{"name":"stamps","description":"","tags":[],"mode":"chat"}');
		return;
	}
	void readInputs(request).then(
		(shape) => sendStream(shape, response),
		() => response.destroy(),
	);
});

async function readInputs(request: IncomingMessage): Promise<StreamShape> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return (JSON.parse(Buffer.concat(chunks).toString()) as { inputs: StreamShape }).inputs;
}

function sendStream({ first, gap, tokens, packet }: StreamShape, response: ServerResponse): void {
	response.writeHead(200, {
		'Content-Type': 'text/event-stream',
		'Transfer-Encoding': 'chunked',
		'X-Version': 'stamps',
	});
	response.flushHeaders();
	const startedAt = performance.now();
	let sentTokens = 0;
	let sentPackets = 0;
	const sendPacket = (): void => {
		if (response.destroyed) return;
		const count = Math.min(packet, tokens - sentTokens);
		sentTokens += count;
		sentPackets++;
		// The packet goes directly to the socket, because response.write() delays it until the end of
		// this iteration of the event loop.
		const data = createStampedEvent('"event":"message","answer":"token "').repeat(count);
		response.socket?.write(`${data.length.toString(16)}\r\n${data}\r\n`);
		if (sentTokens >= tokens) {
			const usage = JSON.stringify({ usage: { ...USAGE, completion_tokens: tokens } });
			response.end(createStampedEvent(`"event":"message_end","id":"m","metadata":${usage}`));
			return;
		}
		setTimeout(sendPacket, startedAt + first + sentPackets * gap - performance.now());
	};
	setTimeout(sendPacket, first);
}

function createStampedEvent(fields: string): string {
	const ids = '"task_id":"t","message_id":"m","conversation_id":"c","created_at":0';
	return `data: {${fields},${ids},"sent_at":${monotonicMs()}}\n\n`;
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
// The process must not outlive its parent.
process.on('disconnect', () => process.exit());
