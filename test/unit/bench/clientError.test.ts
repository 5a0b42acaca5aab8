import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { ClientErrorClock } from '../../../bench/load/clientError';

const STOP_MS = 100;

/** Connects to a server and writes one byte as soon as the flag is set, also while the main thread is busy. */
const WRITER = `
const { workerData: { port, flag } } = require('node:worker_threads');
const socket = require('node:net').connect(port, '127.0.0.1', () => {
	Atomics.wait(flag, 0, 0);
	socket.end('x');
});
`;

/** Keeps the thread from running other code, as a stop of the process does. */
function block(ms: number): void {
	const end = performance.now() + ms;
	while (performance.now() < end);
}

/** Blocks the thread while data arrives, and returns the client error of that data. */
async function measureClientError(run: (clock: ClientErrorClock) => void): Promise<number> {
	const flag = new Int32Array(new SharedArrayBuffer(4));
	const clock = new ClientErrorClock();
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const worker = new Worker(WRITER, { eval: true, workerData: { port, flag } });
	const [socket] = (await once(server, 'connection')) as [Socket];
	const measured = new Promise<number>((resolve) => {
		socket.on('data', () => {
			clock.onData();
			resolve(clock.clientErrorMs);
		});
	});
	clock.onTimer();
	setImmediate(() => {
		clock.onImmediate();
		setImmediate(() => {
			Atomics.store(flag, 0, 1);
			Atomics.notify(flag, 0);
			run(clock);
		});
	});
	const clientErrorMs = await measured;
	server.close();
	await worker.terminate();
	return clientErrorMs;
}

describe('client error of data that waited', () => {
	it('contains a stop between the return of a poll and the first JavaScript code', async () => {
		const clientErrorMs = await measureClientError((clock) => {
			block(STOP_MS);
			clock.onImmediate();
		});
		expect(clientErrorMs).toBeGreaterThanOrEqual(STOP_MS);
	});

	it('contains a stop after the last JavaScript code before a poll', async () => {
		const clientErrorMs = await measureClientError((clock) => {
			clock.onImmediate();
			block(STOP_MS);
		});
		expect(clientErrorMs).toBeGreaterThanOrEqual(STOP_MS);
	});
});
