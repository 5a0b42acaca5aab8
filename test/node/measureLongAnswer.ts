/**
 * Sends answers of many 4-byte deltas through the node in n8n's engine. Runs in its own process and
 * prints one line of JSON:
 * - `heldPerByte`: memory in use above the baseline, per byte of the answer
 * - `timeRatio`: processor time of an answer, divided by that of an answer of half its length
 */
import { setTimeout as pause } from 'node:timers/promises';
import { PACKAGE_DIRECTORY } from '../../dev/build';
import { N8nEngine } from '../../dev/n8n-engine';
import { startMockDify } from '../../mock-dify';

const TOKENS = 2_621_440;

async function main(): Promise<void> {
	const dify = await startMockDify();
	const engine = await N8nEngine.create(PACKAGE_DIRECTORY);
	const send = async (count: number): Promise<{ cpuMs: number; answer: string }> => {
		dify.enqueue('chat-plain', { script: { tokens: () => repeat(count), tokensPerPacket: 256 } });
		const before = process.cpuUsage();
		const { outputs } = await engine.run({
			parameters: { query: 'x' },
			credentials: { apiKey: dify.key('chat-plain'), baseUrl: dify.baseUrl },
		});
		// Processor time, because elapsed time also contains the time that other processes take.
		const { user, system } = process.cpuUsage(before);
		return { cpuMs: (user + system) / 1000, answer: String(outputs[0]?.[0]?.json.answer) };
	};
	await send(TOKENS / 16);
	const ratios: number[] = [];
	for (let round = 0; round < 5; round++) {
		const half = await send(TOKENS / 16);
		const full = await send(TOKENS / 8);
		ratios.push(full.cpuMs / half.cpuMs);
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
	const { answer } = await send(TOKENS);
	peak = Math.max(peak, measureHeldBytes());
	clearInterval(timer);
	await dify.close();
	if (answer.length !== TOKENS * 4) {
		throw new Error(`the answer has ${answer.length} characters instead of ${TOKENS * 4}`);
	}
	const heldPerByte = (peak - baseline) / answer.length;
	process.stdout.write(`${JSON.stringify({ heldPerByte, timeRatio: ratios[2] })}\n`);
}

/** Returns the memory in use after a garbage collection, in bytes. */
function measureHeldBytes(): number {
	globalThis.gc?.();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

function* repeat(count: number): Generator<string> {
	for (let index = 0; index < count; index++) yield 'abc ';
}

void main();
