/**
 * Measures long answers of 4-byte deltas through the node in n8n's engine, in a process of its own:
 * memory held over the baseline per byte of answer, and how much more processor time twice the tokens take. Prints
 * one line of JSON.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { startMockDify } from '../../mock-dify';
import { N8nEngine } from '../../dev/n8n-engine';
import { PACKAGE } from './harness';

const TOKENS = 2_621_440;

async function main(): Promise<void> {
	const dify = await startMockDify();
	const engine = await N8nEngine.create(PACKAGE);
	const send = async (count: number): Promise<{ ms: number; answer: string }> => {
		dify.enqueue('chat-plain', { script: { tokens: () => repeat(count), tokensPerPacket: 256 } });
		const before = process.cpuUsage();
		const { outputs } = await engine.run({
			parameters: { query: 'x' },
			credentials: { apiKey: dify.key('chat-plain'), baseUrl: dify.baseUrl },
		});
		// Processor time: what other programs take from this one is no affair of the node's.
		const { user, system } = process.cpuUsage(before);
		return { ms: (user + system) / 1000, answer: String(outputs[0]?.[0]?.json.answer) };
	};
	await send(TOKENS / 16);
	const ratios: number[] = [];
	for (let round = 0; round < 5; round++) {
		const half = await send(TOKENS / 16);
		const full = await send(TOKENS / 8);
		ratios.push(full.ms / half.ms);
	}
	ratios.sort((a, b) => a - b);
	// Code that no longer runs is let go of after some collections: before the baseline, not after it.
	for (let round = 0; round < 20; round++) {
		await pause(20);
		heldBytes();
	}
	const baseline = heldBytes();
	let peak = baseline;
	const watch = setInterval(() => {
		peak = Math.max(peak, heldBytes());
	}, 250);
	const { answer } = await send(TOKENS);
	peak = Math.max(peak, heldBytes());
	clearInterval(watch);
	await dify.close();
	if (answer.length !== TOKENS * 4) throw new Error(`${answer.length} characters came`);
	const heldPerByte = (peak - baseline) / answer.length;
	process.stdout.write(`${JSON.stringify({ heldPerByte, timeRatio: ratios[2] })}\n`);
}

/** What is held after a collection: the garbage between two collections is V8's affair. */
function heldBytes(): number {
	globalThis.gc?.();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

function* repeat(count: number): Generator<string> {
	for (let index = 0; index < count; index++) yield 'abc ';
}

void main();
