import { buildPackage } from '../build';
import { startQueueTestBed } from '../n8n-server/queueMode';
import type { TestBed } from '../n8n-server/testBed';
import { startTestBed } from '../n8n-server/testBed';
import type { StreamedLine } from '../n8n-server/webhookClient';
import { postForStream } from '../n8n-server/webhookClient';
import { printHelp, runScript } from '../terminal';

const CONCURRENT_CALLS = 100;
const ROUNDS = 3;
const SINGLE_CALLS_PER_ROUND = 20;
const ANSWER = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ');
const GAP_MS = 50;

const HELP = `Measures n8n's queue mode. Compares how long 100 concurrent calls of a streaming webhook
take with one worker and with two, and compares the time to the first word of a single call with n8n's regular mode.

  npm run measure:queue`;

async function main(args: string[]): Promise<void> {
	if (printHelp(args, HELP)) return;
	await buildPackage();
	const regular = await startTestBed();
	const oneWorker = await startQueueTestBed(1);
	const twoWorkers = await startQueueTestBed(2);
	try {
		for (const testBed of [regular, oneWorker, twoWorkers]) {
			await testBed.openExample('webhook-streaming');
			// The first call after a start is slower than the others.
			await measureFirstWordMs(testBed);
		}
		const totalMs = { oneWorker: [] as number[], twoWorkers: [] as number[] };
		const firstWordMs = { regular: [] as number[], queue: [] as number[] };
		for (let round = 0; round < ROUNDS; round++) {
			totalMs.oneWorker.push(await measureConcurrentCallsMs(oneWorker));
			totalMs.twoWorkers.push(await measureConcurrentCallsMs(twoWorkers));
			for (let call = 0; call < SINGLE_CALLS_PER_ROUND; call++) {
				firstWordMs.regular.push(await measureFirstWordMs(regular));
				firstWordMs.queue.push(await measureFirstWordMs(oneWorker));
			}
		}
		printComparison(`${CONCURRENT_CALLS} concurrent calls, one worker and two workers`, [
			median(totalMs.oneWorker),
			median(totalMs.twoWorkers),
		]);
		printComparison('First word of a single call, queue mode and regular mode', [
			median(firstWordMs.queue),
			median(firstWordMs.regular),
		]);
	} finally {
		for (const testBed of [twoWorkers, oneWorker, regular]) await testBed.close();
	}
}

function printComparison(title: string, [a, b]: [ms: number, ms: number]): void {
	console.log(`${title}: ${a} ms and ${b} ms (ratio ${(a / b).toFixed(2)}, medians)`);
}

async function measureConcurrentCallsMs(testBed: TestBed): Promise<number> {
	const scenario = { script: { text: ANSWER, gapMs: GAP_MS } };
	testBed.dify.enqueue('chat-plain', ...Array(CONCURRENT_CALLS).fill(scenario));
	const startedAt = performance.now();
	await Promise.all(
		Array.from({ length: CONCURRENT_CALLS }, async () => await callWebhook(testBed)),
	);
	return performance.now() - startedAt;
}

async function measureFirstWordMs(testBed: TestBed): Promise<number> {
	const startedAt = performance.now();
	const lines = await callWebhook(testBed);
	return (lines.find(({ type }) => type === 'item')?.atMs ?? Infinity) - startedAt;
}

async function callWebhook({ n8n }: TestBed): Promise<StreamedLine[]> {
	return await postForStream(`${n8n.origin}/webhook/dify-stream`, { query: 'Hello' });
}

function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return Math.round(sorted[Math.floor(sorted.length / 2)] ?? NaN);
}

runScript(main);
