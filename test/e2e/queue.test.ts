import { pollUntil, listExecutions } from './executions';
import type { QueueTestBed } from '../../dev/n8n-server/queueMode';
import { startQueueTestBed, WORKER_CONCURRENCY } from '../../dev/n8n-server/queueMode';
import type { StreamedLine } from '../../dev/n8n-server/webhookClient';
import { joinText, postForStream } from '../../dev/n8n-server/webhookClient';

const COUNT = 100;

let testBed: QueueTestBed;
let workflowId: string;

beforeAll(async () => {
	testBed = await startQueueTestBed(2);
	workflowId = await testBed.openExample('webhook-streaming');
});

afterAll(async () => {
	await testBed.close();
});

/** Calls the webhook with {@link COUNT} questions at the same time. */
function postAll(round: string): Array<Promise<StreamedLine[]>> {
	return Array.from(
		{ length: COUNT },
		async (_, index) =>
			await postForStream(`${testBed.n8n.origin}/webhook/dify-stream`, {
				query: `${round} ${index} [words]`,
			}),
	);
}

/** Returns how often each question of a round reached Dify. */
function countRequests(round: string): number[] {
	const counts = new Map<string, number>();
	for (const { path, body } of testBed.dify.requests) {
		if (path !== '/v1/chat-messages') continue;
		const { query } = body as { query: string };
		if (query.startsWith(`${round} `)) counts.set(query, (counts.get(query) ?? 0) + 1);
	}
	return [...counts.values()];
}

const hasEndLine = (lines: StreamedLine[]): boolean => lines.at(-1)?.type === 'end';

it('queue mode, 100 calls on two workers: each caller receives its own answer while it streams', async () => {
	const words = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ');
	testBed.dify.enqueue('chat-plain', ...Array(COUNT).fill({ script: { text: words, gapMs: 50 } }));
	const answers = await Promise.all(postAll('live'));
	const executions = await listExecutions(testBed.n8n, workflowId);
	expect(executions.map(({ status }) => status)).toEqual(Array(COUNT).fill('success'));
	for (const lines of answers) {
		expect([lines[0]?.type, lines.at(-1)?.type, joinText(lines)]).toEqual(['begin', 'end', words]);
	}
	// An answer streams for 950 ms. On a busy machine, some callers receive it all at once.
	const spreads = answers.map((lines) => (lines.at(-2)?.atMs ?? 0) - (lines[1]?.atMs ?? 0));
	expect(spreads.filter((ms) => ms > 300).length).toBeGreaterThan(COUNT / 2);
	expect(countRequests('live')).toEqual(Array(COUNT).fill(1));
	for (const worker of testBed.workers) expect(worker.log).toContain('Worker finished execution');
});

it('queue mode, a killed worker: its executions fail, their callers receive no end line, all others complete', async () => {
	const words = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ');
	testBed.dify.enqueue('chat-plain', ...Array(COUNT).fill({ script: { text: words, gapMs: 50 } }));
	const calls = postAll('killed');
	await pollUntil(() => countRequests('killed').length > 15 || undefined);
	await testBed.workers[0]?.kill();
	const answers = await Promise.all(calls);
	const complete = answers.filter(hasEndLine);
	const incomplete = answers.filter((lines) => !hasEndLine(lines));
	for (const lines of complete) expect(joinText(lines)).toBe(words);
	for (const lines of incomplete) expect(words.startsWith(joinText(lines))).toBe(true);
	expect(incomplete.length).toBeGreaterThan(0);
	const executions = await pollUntil(async () => {
		const all = (await listExecutions(testBed.n8n, workflowId)).slice(0, COUNT);
		return all.every(({ status }) => status === 'success' || status === 'error') ? all : undefined;
	});
	const failed = executions.filter(({ status }) => status === 'error');
	expect(executions).toHaveLength(COUNT);
	// An execution that has streamed its whole answer but is not stored yet fails too.
	expect(failed.length).toBeGreaterThanOrEqual(incomplete.length);
	expect(failed.length).toBeLessThanOrEqual(WORKER_CONCURRENCY);
	// No message is sent to Dify twice, because each one costs money.
	expect(Math.max(...countRequests('killed'))).toBe(1);
});
