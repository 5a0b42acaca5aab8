import { listExecutions, pollUntil } from './executions';
import type { QueueTestBed } from '../../dev/n8n-server/queueMode';
import { startQueueTestBed, WORKER_CONCURRENCY } from '../../dev/n8n-server/queueMode';
import type { StreamedLine } from '../../dev/n8n-server/webhookClient';
import { joinText, postForStream } from '../../dev/n8n-server/webhookClient';

const COUNT = 100;

/** Redis, PostgreSQL and three processes of n8n need 30 s to start, and more than a minute on a busy machine. */
const START_TIMEOUT_MS = 300_000;

let testBed: QueueTestBed;
let workflowId: string;

beforeAll(async () => {
	testBed = await startQueueTestBed(2);
	workflowId = await testBed.openExample('webhook-streaming');
}, START_TIMEOUT_MS);

afterAll(async () => {
	await testBed.close();
});

/** Longest time until all callers have an answer. Three times what a busy machine needs. */
const MAX_ANSWERS_MS = 90_000;

/**
 * Calls the webhook with {@link COUNT} questions at the same time. A call is rejected if its stream has not ended after
 * {@link MAX_ANSWERS_MS}.
 */
function postAll(round: string): Array<Promise<StreamedLine[]>> {
	const signal = AbortSignal.timeout(MAX_ANSWERS_MS);
	return Array.from(
		{ length: COUNT },
		async (_, index) =>
			await postForStream(
				`${testBed.n8n.origin}/webhook/dify-stream`,
				{ query: `${round} ${index} [words]` },
				signal,
			),
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

/** Returns the id of the newest execution, or 0 if there is none. */
async function findLastExecutionId(): Promise<number> {
	const executions = await listExecutions(testBed.n8n, workflowId);
	return Math.max(0, ...executions.map(({ id }) => Number(id)));
}

/**
 * Waits until {@link COUNT} executions with a higher id than `afterId` have ended, and returns their statuses. A
 * caller's stream ends before its execution is stored.
 */
async function waitForStatuses(afterId: number): Promise<string[]> {
	return await pollUntil(async () => {
		const executions = await listExecutions(testBed.n8n, workflowId, afterId);
		const statuses = executions.map(({ status }) => status);
		// n8n queries running and ended executions separately. One that ends meanwhile can be missing from both.
		if (statuses.length < COUNT) return undefined;
		const haveEnded = statuses.every((status) => status !== 'new' && status !== 'running');
		return haveEnded ? statuses : undefined;
	});
}

const hasEndLine = (lines: StreamedLine[]): boolean => lines.at(-1)?.type === 'end';

it('queue mode, 100 calls on two workers: each caller receives its own answer while it streams', async () => {
	const words = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ');
	testBed.dify.enqueue('chat-plain', ...Array(COUNT).fill({ script: { text: words, gapMs: 50 } }));
	const answers = await Promise.all(postAll('live'));
	expect(await waitForStatuses(0)).toEqual(Array(COUNT).fill('success'));
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
	const lastId = await findLastExecutionId();
	const calls = postAll('killed');
	await pollUntil(() => countRequests('killed').length > 15 || undefined);
	await testBed.workers[0]?.kill();
	// If a worker dies while it reports the end of an execution, n8n can leave the caller waiting.
	const results = await Promise.allSettled(calls);
	expect(results.filter(({ status }) => status === 'rejected').length).toBeLessThanOrEqual(1);
	const answers = results.flatMap((result) =>
		result.status === 'fulfilled' ? [result.value] : [],
	);
	const complete = answers.filter(hasEndLine);
	const incomplete = answers.filter((lines) => !hasEndLine(lines));
	for (const lines of complete) expect(joinText(lines)).toBe(words);
	for (const lines of incomplete) expect(words.startsWith(joinText(lines))).toBe(true);
	const withoutEnd = COUNT - complete.length;
	expect(withoutEnd).toBeGreaterThan(0);
	expect(withoutEnd).toBeLessThanOrEqual(WORKER_CONCURRENCY);
	const statuses = await waitForStatuses(lastId);
	const failed = statuses.filter((status) => status === 'error');
	const succeeded = statuses.filter((status) => status === 'success');
	expect(failed.length + succeeded.length).toBe(COUNT);
	// An execution that has streamed its whole answer but is not stored yet fails too.
	expect(failed.length).toBeGreaterThanOrEqual(incomplete.length);
	expect(failed.length).toBeLessThanOrEqual(WORKER_CONCURRENCY);
	// No message is sent to Dify twice, because each one costs money.
	expect(Math.max(...countRequests('killed'))).toBe(1);
}, 240_000);
