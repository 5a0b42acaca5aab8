import type { World } from './harness';
import { itemOf, openWorld, until } from './harness';

let world: World;

beforeAll(async () => {
	world = await openWorld({ lingerMs: 1_000 });
});

afterAll(async () => {
	await world.dify.close();
});

describe('each app kind, collected into one item', () => {
	it.each([
		['chat-plain', 'chat', 'streaming'],
		['chat-plain', 'chat', 'blocking'],
		['flow-plain', 'advanced-chat', 'streaming'],
		['flow-plain', 'advanced-chat', 'blocking'],
		['agent-fc', 'agent-chat', 'streaming'],
	])('%s as %s, %s', async (app, mode, responseMode) => {
		const item = itemOf(await world.send(app, { responseMode, simplify: false }));
		expect(item).toMatchObject({
			answer: 'Hello from the stub model. You said: hello',
			mode,
			status: 'completed',
			files: [],
			metadata: { usage: { currency: 'USD' }, retriever_resources: [], annotation_reply: null },
		});
		expect(Object.keys(item)).toEqual([
			'answer',
			'conversation_id',
			'message_id',
			'task_id',
			'mode',
			'created_at',
			'metadata',
			'files',
			'agent_thoughts',
			'workflow',
			'status',
			'timing',
		]);
		for (const id of ['conversation_id', 'message_id', 'task_id']) {
			expect(item[id]).toMatch(/^[0-9a-f-]{36}$/);
		}
	});

	it('keeps ten fields when simplified', async () => {
		const item = itemOf(await world.send('flow-plain'));
		expect(Object.keys(item).sort()).toEqual([
			'answer',
			'conversation_id',
			'created_at',
			'files',
			'message_id',
			'mode',
			'retriever_resources',
			'status',
			'task_id',
			'usage',
		]);
	});

	it('gives the item within 50 ms of the last terminal event, though the connection is held', async () => {
		const lags: number[] = [];
		for (let round = 0; round < 3; round++) {
			itemOf(await world.send('flow-plain'));
			const stamps = world.dify.requests.at(-1)?.writtenAtMs ?? [];
			lags.push(performance.now() - (stamps.at(-1) ?? 0));
		}
		expect(Math.min(...lags)).toBeLessThan(50);
	});
});

describe('what Dify is asked', () => {
	it('continues a conversation', async () => {
		const first = itemOf(await world.send('chat-plain'));
		const second = itemOf(
			await world.send('chat-plain', {
				conversationId: { __rl: true, mode: 'id', value: first.conversation_id as string },
			}),
		);
		expect(second.conversation_id).toBe(first.conversation_id);
	});

	it('sends 0, false and empty text as they are, and no key that was not given', async () => {
		const inputs = { zero: 0, no: false, empty: '', nothing: null };
		itemOf(
			await world.send('chat-plain', { inputsMode: 'json', inputsJson: JSON.stringify(inputs) }),
		);
		expect(world.dify.requests.at(-1)?.body).toEqual({
			inputs,
			query: 'hello',
			user: 'n8n',
			response_mode: 'streaming',
			auto_generate_name: true,
		});
	});

	it('sends 20 items with parameters of their own, in order, several at a time', async () => {
		const items = Array.from({ length: 20 }, (_, index) => ({ json: { index } }));
		const outcome = await world.send(
			'chat-plain',
			{
				query: '=question {{ $json.index }}',
				user: '=user-{{ $json.index }}',
				options: { maxConcurrency: 5 },
			},
			{ items },
		);
		itemOf(outcome);
		const [output = []] = outcome.outputs;
		expect(output.map(({ json }) => json.answer)).toEqual(
			items.map((_, index) => `Hello from the stub model. You said: question ${index}`),
		);
		expect(output.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
	});
});

describe('live', () => {
	it('passes each word on as it comes and ends with the whole item', async () => {
		const arrivals: number[] = [];
		world.dify.enqueue('chat-plain', { script: { text: 'one two three four', gapMs: 40 } });
		const outcome = await world.send(
			'chat-plain',
			{},
			{ streaming: true, onChunk: () => arrivals.push(performance.now()) },
		);
		expect(itemOf(outcome).answer).toBe('one two three four');
		expect(outcome.chunks.map(({ type, content }) => [type, content])).toEqual([
			['begin', undefined],
			['item', 'one'],
			['item', ' two'],
			['item', ' three'],
			['item', ' four'],
			['end', undefined],
		]);
		const [, first = 0] = arrivals;
		expect((arrivals.at(-1) ?? 0) - first).toBeGreaterThan(80);
	});

	it('passes a blocking answer on in one piece', async () => {
		const outcome = await world.send(
			'flow-plain',
			{ responseMode: 'blocking' },
			{ streaming: true },
		);
		expect(outcome.chunks.map(({ type, content }) => [type, content])).toEqual([
			['begin', undefined],
			['item', 'Hello from the stub model. You said: hello'],
			['end', undefined],
		]);
	});

	it('goes on collecting when n8n can pass no more on, and says so', async () => {
		world.dify.enqueue('chat-plain', { script: { text: 'one two three' } });
		const outcome = await world.send(
			'chat-plain',
			{},
			{
				streaming: true,
				onChunk: ({ content }) => {
					if (content === ' two') throw new Error('the channel is closed');
				},
			},
		);
		expect(itemOf(outcome)).toMatchObject({ answer: 'one two three', status: 'completed' });
		expect(outcome.chunks.map(({ type, content }) => [type, content])).toEqual([
			['begin', undefined],
			['item', 'one'],
			['item', ' two'],
		]);
		expect(outcome.hints.map(({ message }) => message)).toEqual([
			'The answer could not be streamed to its end: the channel is closed',
		]);
	});

	it.each([
		// n8n itself tells the listener of a node that stops the workflow, by its description.
		['stopWorkflow', "The model's provider rejected the request or ended it early"],
		['continueRegularOutput', 'The model is gone'],
	] as const)('tells who listens of a failure once (%s)', async (onError, told) => {
		world.dify.enqueue('chat-plain', {
			script: { text: 'one two three' },
			faults: [
				{
					kind: 'errorEvent',
					afterTokens: 2,
					code: 'completion_request_error',
					status: 400,
					message: 'The model is gone',
				},
			],
		});
		const { chunks } = await world.send('chat-plain', {}, { streaming: true, onError });
		const [failure, ...more] = chunks.filter(({ type }) => type === 'error');
		expect(failure?.content).toContain(told);
		expect(failure?.content).not.toContain('one two');
		expect(more).toEqual([]);
	});

	it('sends nothing along where the option says so', async () => {
		const parameters = { options: { streamToResponse: false } };
		const outcome = await world.send('chat-plain', parameters, { streaming: true });
		itemOf(outcome);
		expect(outcome.chunks).toEqual([]);
	});
});

describe('a cancelled execution', () => {
	it.each(['chat-plain', 'flow-plain', 'agent-fc'])(
		"reaches Dify's stop and closes the socket: %s",
		async (app) => {
			const cancel = new AbortController();
			world.dify.enqueue(app, {
				script: { tokens: ['a ', 'b '].concat(Array(200).fill('c ')), gapMs: 50 },
			});
			const seen = world.dify.requests.length;
			const running = world.send(
				app,
				{},
				{
					cancel: cancel.signal,
					streaming: true,
					onChunk: ({ type }) => {
						if (type === 'item') cancel.abort();
					},
				},
			);
			await running;
			const [chat] = world.dify.requests.slice(seen);
			const stops = (): unknown[] =>
				world.dify.requests.slice(seen).filter(({ path }) => path.endsWith('/stop'));
			await until(() => stops().length === 1 && chat?.closedByClient === true);
			expect(stops()).toEqual([expect.objectContaining({ method: 'POST', body: { user: 'n8n' } })]);
		},
	);

	it('is not held up by a recovery that waits', async () => {
		const cancel = new AbortController();
		world.dify.enqueue('chat-plain', {
			script: { text: 'one two three' },
			faults: [{ kind: 'cut', afterTokens: 1 }],
		});
		const running = world.send('chat-plain', {}, { cancel: cancel.signal });
		const before = world.seen('GET', '/v1/messages').length;
		await until(() => world.seen('GET', '/v1/messages').length === before + 2);
		// The second pause is of a second.
		const cancelledAt = performance.now();
		cancel.abort();
		await running;
		expect(performance.now() - cancelledAt).toBeLessThan(600);
	});
});
