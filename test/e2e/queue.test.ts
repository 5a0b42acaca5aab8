import { eventually, executionsOf } from './executions';
import type { QueueWorld } from './queue';
import { AT_ONCE, openQueueWorld } from './queue';
import type { StreamedLine } from './server';
import { postForStream, textOf } from './server';

const COUNT = 100;

let world: QueueWorld;
let workflowId: string;

beforeAll(async () => {
	world = await openQueueWorld(2);
	workflowId = await world.open('webhook-streaming');
});

afterAll(async () => {
	await world.close();
});

/** Asks all questions at once; an answer of 20 words, 50 ms apart, for each. */
function askAll(round: string): Array<Promise<StreamedLine[]>> {
	return Array.from(
		{ length: COUNT },
		async (_, index) =>
			await postForStream(`${world.n8n.origin}/webhook/dify-stream`, {
				query: `${round} ${index} [words]`,
			}),
	);
}

/** How often each question of a round reached Dify. */
function timesAsked(round: string): number[] {
	const counts = new Map<string, number>();
	for (const { path, body } of world.dify.requests) {
		if (path !== '/v1/chat-messages') continue;
		const { query } = body as { query: string };
		if (query.startsWith(`${round} `)) counts.set(query, (counts.get(query) ?? 0) + 1);
	}
	return [...counts.values()];
}

const hasEnd = (lines: StreamedLine[]): boolean => lines.at(-1)?.type === 'end';

it('100 executions on two workers: each caller reads its own answer, live', async () => {
	const words = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ');
	world.dify.enqueue('chat-plain', ...Array(COUNT).fill({ script: { text: words, gapMs: 50 } }));
	const answers = await Promise.all(askAll('live'));
	const executions = await executionsOf(world.n8n, workflowId);
	expect(executions.map(({ status }) => status)).toEqual(Array(COUNT).fill('success'));
	for (const lines of answers) {
		expect([lines[0]?.type, lines.at(-1)?.type, textOf(lines)]).toEqual(['begin', 'end', words]);
	}
	// The words of an answer take 950 ms; on a busy machine some callers get theirs in one go.
	const spreads = answers.map((lines) => (lines.at(-2)?.atMs ?? 0) - (lines[1]?.atMs ?? 0));
	expect(spreads.filter((ms) => ms > 300).length).toBeGreaterThan(COUNT / 2);
	expect(timesAsked('live')).toEqual(Array(COUNT).fill(1));
	for (const worker of world.workers) expect(worker.log).toContain('Worker finished execution');
});

it('a worker killed in the middle: its executions fail by name, their callers read no end, the rest is whole', async () => {
	const words = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ');
	world.dify.enqueue('chat-plain', ...Array(COUNT).fill({ script: { text: words, gapMs: 50 } }));
	const asked = askAll('killed');
	await eventually(() => timesAsked('killed').length > 15 || undefined);
	await world.workers[0]?.kill();
	const answers = await Promise.all(asked);
	const whole = answers.filter(hasEnd);
	const cut = answers.filter((lines) => !hasEnd(lines));
	for (const lines of whole) expect(textOf(lines)).toBe(words);
	for (const lines of cut) expect(words.startsWith(textOf(lines))).toBe(true);
	expect(cut.length).toBeGreaterThan(0);
	const executions = await eventually(async () => {
		const all = (await executionsOf(world.n8n, workflowId)).slice(0, COUNT);
		return all.every(({ status }) => status === 'success' || status === 'error') ? all : undefined;
	});
	const failed = executions.filter(({ status }) => status === 'error');
	expect(executions).toHaveLength(COUNT);
	// One that had said its last word and was still to be stored fails too.
	expect(failed.length).toBeGreaterThanOrEqual(cut.length);
	expect(failed.length).toBeLessThanOrEqual(AT_ONCE);
	// None was asked again by itself, as Dify would bill it again.
	expect(Math.max(...timesAsked('killed'))).toBe(1);
});
