import type { Fault, DifyVersion, Scenario } from '../../mock-dify';
import type { ExecutionResult } from '../../dev/n8n-engine';
import type { World } from './harness';
import { itemOf, openWorld, until } from './harness';

/**
 * A chatflow whose stream is cut, taken up again: through its events since Dify 1.14, before by reading
 * its message. What had arrived is said once, and the question is asked once.
 */

const TEXT = 'one two three four';
const APP = 'flow-plain';
const CUTS: Array<[string, Fault]> = (['cut', 'reset'] as const).flatMap((kind) => [
	[`${kind} before the text`, { kind, afterTokens: 0 }],
	[`${kind} in the middle of the text`, { kind, afterTokens: 2 }],
	[`${kind} after the text`, { kind, afterTokens: 4 }],
]);

describe.each<[DifyVersion, 'events' | 'messages']>([
	['1.14', 'events'],
	['1.17', 'events'],
	['1.13.1', 'messages'],
	['1.13.0', 'messages'],
])('Dify %s, by %s', (version, way) => {
	let world: World;

	beforeAll(async () => {
		world = await openWorld({ version, lingerMs: 20 });
	});

	afterAll(async () => {
		await world.dify.close();
	});

	/** Sends a message live, and holds what went out against the item. */
	const send = async (run: Scenario): Promise<{ outcome: ExecutionResult; asked: string[] }> => {
		world.dify.enqueue(APP, run);
		const before = world.dify.requests.length;
		const outcome = await world.send(APP, { simplify: false }, { streaming: true });
		const made = world.dify.requests.slice(before);
		expect(made.filter(({ method }) => method === 'POST')).toHaveLength(1);
		const said = outcome.chunks.map(({ content }) => content ?? '').join('');
		const item = outcome.outputs[0]?.[0]?.json;
		if (item !== undefined) expect(said).toBe(item.answer);
		const asked = made.map(({ path }) => path.replace(/[0-9a-f-]{36}/, 'ID'));
		return { outcome, asked: asked.slice(1) };
	};

	it.each(CUTS)('%s', async (_, hazard) => {
		const retrieverResources = [{ position: 1, content: 'a source' }];
		const script = { text: TEXT, gapMs: 60, retrieverResources };
		const { outcome, asked } = await send({ script, faults: [hazard] });
		expect(itemOf(outcome)).toMatchObject({
			answer: TEXT,
			status: 'completed',
			recovered: true,
			metadata: { retriever_resources: retrieverResources },
			...(way === 'events' && { workflow: { status: 'succeeded', outputs: { answer: TEXT } } }),
		});
		expect(new Set(asked)).toEqual(new Set(['/v1/workflow/ID/events', '/v1/messages']));
		// The events end when the run does: no asking again and again.
		if (way === 'events') expect(asked).toHaveLength(2);
	});

	it('nothing is asked for when the end had come', async () => {
		const faults: Fault[] = [{ kind: 'missingMessageEnd' }];
		const { outcome, asked } = await send({ script: { text: TEXT }, faults });
		expect(itemOf(outcome)).not.toHaveProperty('recovered');
		expect(asked).toEqual([]);
	});
});

describe('Dify 1.14', () => {
	let world: World;

	beforeAll(async () => {
		world = await openWorld({ version: '1.14', lingerMs: 20 });
	});

	afterAll(async () => {
		await world.dify.close();
	});

	const cut: Fault = { kind: 'cut', afterTokens: 2 };

	it('a run that was over before it could be taken up', async () => {
		world.dify.enqueue(APP, {
			script: { text: TEXT, retrieverResources: [{ position: 1 }] },
			faults: [cut],
		});
		expect(itemOf(await world.send(APP))).toMatchObject({
			answer: TEXT,
			recovered: true,
			retriever_resources: [{ position: 1 }],
			conversation_id: expect.any(String),
		});
	});

	it.each([0, 60])('a run that came to a pause, %i ms a token', async (gapMs) => {
		world.dify.enqueue(APP, {
			script: { text: TEXT, gapMs, workflowStatus: 'paused' },
			faults: [cut],
		});
		expect(itemOf(await world.send(APP))).toMatchObject({
			answer: TEXT,
			status: 'paused',
			human_input: [{ form_token: expect.any(String) }],
			workflow_run_id: expect.any(String),
			recovered: true,
		});
	});

	it.each([0, 60])('a run that failed, %i ms a token: why, and what had arrived', async (gapMs) => {
		world.dify.enqueue(APP, {
			script: { text: TEXT, gapMs, workflowStatus: 'failed', workflowError: 'node broke' },
			faults: [cut],
		});
		const { outputs } = await world.send(APP, {}, { onError: 'continueRegularOutput' });
		expect(outputs[0]?.[0]?.json).toMatchObject({
			error: 'node broke',
			status: 'failed',
			answer: TEXT,
		});
	});

	it('an answer that moderation put in place of what had arrived', async () => {
		world.dify.enqueue(APP, {
			script: { text: TEXT, gapMs: 60 },
			faults: [cut, { kind: 'messageReplace', text: 'I will not say.' }],
		});
		const outcome = await world.send(APP, {}, { streaming: true });
		expect(itemOf(outcome)).toMatchObject({ answer: 'I will not say.', recovered: true });
		const said = outcome.chunks.map(({ content }) => content ?? '').join('');
		expect(said).toBe('one two\n\nI will not say.');
	});

	it('reasoning is parted from the whole', async () => {
		world.dify.enqueue(APP, {
			script: { tokens: ['<think>I ', 'ponder.</think>', 'Forty', '-two'], gapMs: 60 },
			faults: [{ kind: 'cut', afterTokens: 3 }],
		});
		const parameters = { simplify: false, options: { separateReasoning: true } };
		const outcome = await world.send(APP, parameters, { streaming: true });
		expect(itemOf(outcome)).toMatchObject({ answer: 'Forty-two', reasoning: 'I ponder.' });
		const said = outcome.chunks.map(({ content }) => content ?? '').join('');
		expect(said).toBe('Forty-two');
	});

	it('is stopped when the execution is cancelled while it is taken up', async () => {
		const cancel = new AbortController();
		world.dify.enqueue(APP, { script: { text: TEXT, gapMs: 1_000 }, faults: [cut] });
		const running = world.send(APP, {}, { cancel: cancel.signal });
		const last = (): string => world.dify.requests.at(-1)?.path ?? '';
		await until(() => last().endsWith('/events'));
		cancel.abort();
		await running;
		await until(() => last().endsWith('/stop'));
	});
});
