/**
 * Sends answers of many 4-byte deltas through the node in n8n's engine. Runs in its own process and
 * prints one line of JSON:
 * - `heldPerByte`: memory in use above the baseline, per byte of the answer
 * - `timeRatio`: processor time of an answer, divided by that of an answer of half its length
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { HandWrittenServer } from './handWrittenServer';
import { event, pause, withServer, writeStream } from './handWrittenServer';

const DELTA = 'abc ';
const DELTAS = 2_621_440;
const DELTAS_PER_WRITE = 256;
/** The events of one write. All writes are the same, so that the server takes little processor time. */
const EVENTS = Buffer.from(event('message', { answer: DELTA }).repeat(DELTAS_PER_WRITE));

/** The number of deltas of the next answer. */
let deltas = 0;

async function writeAnswer(response: ServerResponse): Promise<void> {
	writeStream(response, 'event: ping\n\n');
	for (let written = 0; written < deltas; written += DELTAS_PER_WRITE) {
		if (!response.write(EVENTS)) await once(response, 'drain');
	}
	response.end(event('message_end', { metadata: {} }));
}

/** Returns the processor time of an answer in ms. Elapsed time would contain that of other processes. */
async function measureSend({ send }: HandWrittenServer, count: number): Promise<number> {
	deltas = count;
	const before = process.cpuUsage();
	const { outputs } = await send();
	const { user, system } = process.cpuUsage(before);
	const length = String(outputs[0]?.[0]?.json.answer).length;
	if (length !== count * DELTA.length) {
		throw new Error(`the answer has ${length} characters instead of ${count * DELTA.length}`);
	}
	return (user + system) / 1_000;
}

/** Returns the memory in use after a garbage collection, in bytes. */
function measureHeldBytes(): number {
	globalThis.gc?.();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

void withServer({ 'POST /v1/chat-messages': writeAnswer }, async (server) => {
	await measureSend(server, DELTAS / 32);
	const ratios: number[] = [];
	for (let round = 0; round < 5; round++) {
		const half = await measureSend(server, DELTAS / 32);
		ratios.push((await measureSend(server, DELTAS / 16)) / half);
	}
	ratios.sort((a, b) => a - b);
	// V8 frees compiled code that is no longer used only after several collections. Without these,
	// it would free the code after the baseline was measured.
	for (let round = 0; round < 20; round++) {
		await pause(20);
		measureHeldBytes();
	}
	const baseline = measureHeldBytes();
	let peak = baseline;
	const timer = setInterval(() => {
		peak = Math.max(peak, measureHeldBytes());
	}, 250);
	await measureSend(server, DELTAS);
	peak = Math.max(peak, measureHeldBytes());
	clearInterval(timer);
	const heldPerByte = (peak - baseline) / (DELTAS * DELTA.length);
	process.stdout.write(`${JSON.stringify({ heldPerByte, timeRatio: ratios[2] })}\n`);
});
