import type {
	IDataObject,
	INodeListSearchResult,
	INodeParameters,
	ResourceMapperFields,
} from 'n8n-workflow';
import type { Scenario } from '../../mock-dify';
import type { World } from './harness';
import { itemOf, openWorld, until } from './harness';
import { APP, FILLED, pausedItem } from './pausedRuns';

/** The form of a chatflow that waits for a person, filled in; the run then goes on into the item. */

let world: World;

beforeAll(async () => {
	world = await openWorld({ version: '1.14', lingerMs: 20 });
});

afterAll(async () => {
	await world.dify.close();
});

const tokenOf = ({ human_input }: IDataObject): string =>
	String((human_input as IDataObject[])[0]?.form_token);

describe('a form filled in', () => {
	it.each(['streaming', 'blocking'])(
		"gives the run's whole answer, after a %s message",
		async (responseMode) => {
			world.dify.enqueue(APP, { script: { text: 'A draft. ', workflowStatus: 'paused' } });
			const paused = itemOf(await world.send(APP, { responseMode }));
			expect(Object.keys(paused)).toHaveLength(10);
			const item = itemOf(
				await world.run(APP, 'chatMessage', 'submitForm', FILLED, { items: [{ json: paused }] }),
			);
			const { conversation_id, message_id, created_at } = paused;
			expect(item).toMatchObject({
				conversation_id,
				message_id,
				created_at,
				mode: 'advanced-chat',
			});
			expect(item).toMatchObject({
				answer: 'A draft. Approve: go',
				status: 'completed',
				usage: { currency: 'USD' },
				retriever_resources: [],
			});
			const sent = world.dify.requests.at(-1);
			expect([sent?.method, sent?.body]).toEqual([
				'POST',
				{ inputs: { comment: 'go' }, action: 'approve', user: 'n8n' },
			]);
		},
	);

	it('keeps what stands in the fields that are left alone, and sends 0, false and "" as given', async () => {
		const named = (name: string, value: unknown): IDataObject => ({
			output_variable_name: name,
			type: 'paragraph',
			default: { type: 'constant', selector: [], value: value as string },
		});
		const form = {
			inputs: [named('a', 'one'), named('b', 'two'), named('c', 'three'), named('d', null)],
			resolved_default_values: { a: 'of the run' },
		};
		const inputsJson = '{"b":"","c":0,"d":false}';
		const items = [{ json: await pausedItem(world, undefined, form as never) }];
		itemOf(await world.run(APP, 'chatMessage', 'submitForm', { ...FILLED, inputsJson }, { items }));
		expect(world.dify.requests.at(-1)?.body).toMatchObject({
			inputs: { a: 'of the run', b: '', c: 0, d: false },
		});
	});

	it('gives several items in order, the whole of each where wanted', async () => {
		const items = [];
		for (const text of ['one', 'two', 'three']) {
			items.push({
				json: await pausedItem(world, { script: { text, retrieverResources: [{ text }] } }),
			});
		}
		const parameters = { ...FILLED, simplify: false, options: { maxConcurrency: 3 } };
		const { outputs } = await world.run(APP, 'chatMessage', 'submitForm', parameters, { items });
		expect(outputs[0]?.map(({ json, pairedItem }) => [json.answer, pairedItem])).toEqual([
			['A draft. one', { item: 0 }],
			['A draft. two', { item: 1 }],
			['A draft. three', { item: 2 }],
		]);
		expect(outputs[0]?.[1]?.json).toMatchObject({
			metadata: { retriever_resources: [{ text: 'two' }] },
			workflow: { id: items[1]?.json.workflow_run_id, status: 'succeeded' },
			timing: { events: expect.any(Number) },
		});
	});

	it('may bring the run to another form', async () => {
		const paused = await pausedItem(world, {
			script: { text: 'Better. ', workflowStatus: 'paused' },
		});
		const second = itemOf(
			await world.run(APP, 'chatMessage', 'submitForm', FILLED, { items: [{ json: paused }] }),
		);
		expect(second).toMatchObject({ status: 'paused', workflow_run_id: paused.workflow_run_id });
		expect(tokenOf(second)).not.toBe(tokenOf(paused));
		const last = itemOf(
			await world.run(APP, 'chatMessage', 'submitForm', FILLED, { items: [{ json: second }] }),
		);
		expect(last).toMatchObject({ answer: 'A draft. Better. Approve: go', status: 'completed' });
	});

	it('passes the rest on live, word by word', async () => {
		const items = [{ json: await pausedItem(world, { script: { text: 'one two', gapMs: 30 } }) }];
		const outcome = await world.run(APP, 'chatMessage', 'submitForm', FILLED, {
			items,
			streaming: true,
		});
		expect(itemOf(outcome).answer).toBe('A draft. one two');
		expect(outcome.chunks.map(({ type, content }) => [type, content])).toEqual([
			['begin', undefined],
			['item', 'one'],
			['item', ' two'],
			['end', undefined],
		]);
	});
});

describe('a run that does not come to its end', () => {
	it.each<[string, Scenario, IDataObject, Record<string, unknown>]>([
		[
			'fails',
			{ script: { text: 'one two', workflowStatus: 'failed', workflowError: 'node broke' } },
			{},
			{ error: 'node broke', answer: 'one two', status: 'failed' },
		],
		[
			'is silent too long',
			{ script: { tokens: ['one', ' two', ' three'], gapMs: 2_000 } },
			{ idleTimeout: 0.5, recover: false },
			{ error: expect.stringContaining('0.5 s'), answer: 'one', status: 'timeout' },
		],
		[
			'is cut, with nothing to recover it',
			{ script: { text: 'one two three' }, faults: [{ kind: 'cut', afterTokens: 2 }] },
			{ recover: false },
			{
				error: expect.stringContaining('before the answer was complete'),
				answer: 'one two',
				status: 'truncated',
			},
		],
	])('%s: with what had arrived', async (_, resumed, options, expected) => {
		const items = [{ json: await pausedItem(world, resumed) }];
		const parameters = { ...FILLED, options } as INodeParameters;
		const { outputs, run } = await world.run(APP, 'chatMessage', 'submitForm', parameters, {
			items,
			onError: 'continueRegularOutput',
		});
		expect(outputs[0]?.[0]).toMatchObject({ json: expected, pairedItem: { item: 0 } });
		expect(JSON.stringify(run)).not.toContain(world.dify.key(APP));
	});

	it('is taken up again where the stream is cut', async () => {
		const resumed: Scenario = {
			script: { text: 'one two three', gapMs: 100 },
			faults: [{ kind: 'cut', afterTokens: 2 }],
		};
		const items = [{ json: await pausedItem(world, resumed) }];
		const outcome = await world.run(APP, 'chatMessage', 'submitForm', FILLED, {
			items,
			streaming: true,
		});
		expect(itemOf(outcome)).toMatchObject({ answer: 'A draft. one two three', recovered: true });
		const said = outcome.chunks.map(({ content }) => content ?? '').join('');
		expect(said).toBe('one two three');
	});

	it('is stopped when the execution is cancelled', async () => {
		const resumed: Scenario = { script: { tokens: Array(200).fill('c '), gapMs: 50 } };
		const items = [{ json: await pausedItem(world, resumed) }];
		const cancel = new AbortController();
		const before = world.dify.requests.length;
		await world.run(APP, 'chatMessage', 'submitForm', FILLED, {
			items,
			cancel: cancel.signal,
			streaming: true,
			onChunk: ({ type }) => {
				if (type === 'item') cancel.abort();
			},
		});
		const seen = (end: string): Array<{ closedByClient: boolean }> =>
			world.dify.requests.slice(before).filter(({ path }) => path.endsWith(end));
		await until(() => seen('/stop').length === 1 && seen('/events')[0]?.closedByClient === true);
	});
});

describe('the form in the editor', () => {
	const ask = async (type: 'listSearch' | 'resourceMapping', name: string, form: string) =>
		await world.engine.callMethod(
			type,
			name,
			{ resource: 'chatMessage', operation: 'submitForm', form, user: 'n8n' },
			{ apiKey: world.dify.key(APP), baseUrl: world.dify.baseUrl },
		);

	it('gives its actions and its fields, with what stands in them', async () => {
		const form = tokenOf(await pausedItem(world));
		const { results } = (await ask(
			'listSearch',
			'searchFormActions',
			form,
		)) as INodeListSearchResult;
		expect(results).toEqual([
			{ name: 'Approve', value: 'approve' },
			{ name: 'Reject', value: 'reject' },
		]);
		const { fields } = (await ask(
			'resourceMapping',
			'getFormFields',
			form,
		)) as ResourceMapperFields;
		expect(fields).toEqual([
			expect.objectContaining({ id: 'comment', type: 'string', defaultValue: 'fine' }),
		]);
	});

	it.each(['', '={{ $json.token }}'])('wants a token that is known: "%s"', async (form) => {
		await expect(ask('listSearch', 'searchFormActions', form)).rejects.toThrow(
			"'Form Token' has no fixed value",
		);
	});
});
