import { startMockDify } from '../../mock-dify';
import type { Routes } from './handWrittenServer';
import {
	API_KEY,
	CONVERSATION_ID,
	MESSAGE_ID,
	event,
	withServer,
	workflowEvent,
	writeJson,
	writeStream,
} from './handWrittenServer';
import type { TestBed } from './testBed';
import { getItem, getLastChatBody, startTestBed, toLocator, waitUntil } from './testBed';

/** Send Chat Message: the item, the request, cancellation and the API key. */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 1_000 });
});

afterAll(async () => {
	await testBed.dify.close();
});

describe('send, output item:', () => {
	it.each([
		['chat-plain', 'chat', 'streaming'],
		['chat-plain', 'chat', 'blocking'],
		['flow-plain', 'advanced-chat', 'streaming'],
		['flow-plain', 'advanced-chat', 'blocking'],
		['agent-fc', 'agent-chat', 'streaming'],
	])('has all fields for the app %s (%s) in %s mode', async (app, mode, responseMode) => {
		const item = getItem(await testBed.send(app, { responseMode, simplify: false }));
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

	it('has ten fields with Simplify', async () => {
		const item = getItem(await testBed.send('flow-plain'));
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

	// The node would wait 500 ms for an event that is missing, and Dify closes the connection after 1 s.
	it('is returned after the last event, without a wait for the end of the connection', async () => {
		const delaysMs: number[] = [];
		for (let round = 0; round < 3; round++) {
			getItem(await testBed.send('flow-plain'));
			const writtenAtMs = testBed.dify.requests.at(-1)?.writtenAtMs ?? [];
			delaysMs.push(performance.now() - (writtenAtMs.at(-1) ?? 0));
		}
		expect(Math.min(...delaysMs)).toBeLessThan(250);
	});
});

describe('send, request:', () => {
	it('continues a conversation', async () => {
		const first = getItem(await testBed.send('chat-plain'));
		const second = getItem(
			await testBed.send('chat-plain', {
				conversationId: toLocator(first.conversation_id),
			}),
		);
		expect(second.conversation_id).toBe(first.conversation_id);
	});

	it("continues the user's latest conversation with 'latest', and starts the first one", async () => {
		const locators = [toLocator('latest'), { __rl: true, mode: 'list', value: 'latest' } as const];
		const ids: unknown[] = [];
		for (const conversationId of [locators[0], ...locators]) {
			const item = getItem(
				await testBed.send('chat-plain', { user: 'dan', conversationId } as never),
			);
			ids.push(item.conversation_id);
		}
		expect(new Set(ids).size).toBe(1);
		const sent = testBed.findRequests('POST', '/v1/chat-messages').slice(-3);
		expect(sent.map(({ body }) => (body as Record<string, unknown>).conversation_id)).toEqual([
			undefined,
			ids[0],
			ids[0],
		]);
		const item = getItem(
			await testBed.send('chat-plain', { user: 'dan', conversationId: toLocator('new') }),
		);
		expect(item.conversation_id).not.toBe(ids[0]);
	});

	it("is not sent with 'latest' if the conversations cannot be read", async () => {
		const before = testBed.findRequests('POST', '/v1/chat-messages').length;
		const result = await testBed.send(
			'chat-plain',
			{ conversationId: toLocator('latest') },
			{ credentials: { apiKey: 'app-wrong', baseUrl: testBed.dify.baseUrl } },
		);
		expect(result.error?.message).toContain('Access token is invalid');
		expect(testBed.findRequests('POST', '/v1/chat-messages')).toHaveLength(before);
	});

	it('contains 0, false and empty text as given, and no parameter that is not set', async () => {
		const inputs = { zero: 0, no: false, empty: '', nothing: null };
		getItem(
			await testBed.send('chat-plain', { inputsMode: 'json', inputsJson: JSON.stringify(inputs) }),
		);
		expect(getLastChatBody(testBed)).toEqual({
			inputs,
			query: 'hello',
			user: 'n8n',
			response_mode: 'streaming',
			auto_generate_name: true,
		});
	});

	it('is sent for 20 items concurrently with the parameters of each item, and the output keeps their order', async () => {
		const items = Array.from({ length: 20 }, (_, index) => ({ json: { index } }));
		const result = await testBed.send(
			'chat-plain',
			{
				query: '=question {{ $json.index }}',
				user: '=user-{{ $json.index }}',
				options: { maxConcurrency: 5 },
			},
			{ items },
		);
		getItem(result);
		const [output = []] = result.outputs;
		expect(output.map(({ json }) => json.answer)).toEqual(
			items.map((_, index) => `Hello from the stub model. You said: question ${index}`),
		);
		expect(output.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
	});
});

describe('send, canceled execution:', () => {
	it.each(['chat-plain', 'flow-plain', 'agent-fc'])(
		'stops the task on Dify and closes the connection (%s)',
		async (app) => {
			const cancel = new AbortController();
			testBed.dify.enqueue(app, {
				script: { tokens: ['a ', 'b '].concat(Array(200).fill('c ')), gapMs: 50 },
			});
			const requestsBefore = testBed.dify.requests.length;
			await testBed.send(
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
			const [chatRequest] = testBed.dify.requests.slice(requestsBefore);
			const findStopRequests = (): unknown[] =>
				testBed.dify.requests.slice(requestsBefore).filter(({ path }) => path.endsWith('/stop'));
			await waitUntil(
				() => findStopRequests().length === 1 && chatRequest?.closedByClient === true,
			);
			expect(findStopRequests()).toEqual([
				expect.objectContaining({ method: 'POST', body: { user: 'n8n' } }),
			]);
		},
	);

	it('ends at once, also while the recovery waits', async () => {
		const cancel = new AbortController();
		testBed.dify.enqueue('chat-plain', {
			script: { text: 'one two three' },
			faults: [{ kind: 'cut', afterTokens: 1 }],
		});
		const running = testBed.send('chat-plain', {}, { cancel: cancel.signal });
		const before = testBed.findRequests('GET', '/v1/messages').length;
		await waitUntil(() => testBed.findRequests('GET', '/v1/messages').length === before + 2);
		// The recovery now waits for 1 s before its third request.
		const canceledAt = performance.now();
		cancel.abort();
		await running;
		expect(performance.now() - canceledAt).toBeLessThan(600);
	});
});

describe('send, API key:', () => {
	it('is not sent to another origin that the base URL redirects to', async () => {
		const otherDify = await startMockDify();
		try {
			testBed.dify.enqueue('chat-plain', {
				faults: [{ kind: 'redirect', to: `${otherDify.baseUrl}/chat-messages` }],
			});
			const result = await testBed.send('chat-plain');
			expect(result.error?.message).toContain(otherDify.origin);
			expect(otherDify.requests).toEqual([]);
		} finally {
			await otherDify.close();
		}
	});

	it.each(['\n', '\ufeff', '\u200b', ' '])(
		'does not appear in an error if it was entered with %j',
		async (extra) => {
			const routes: Routes = {
				'POST /v1/chat-messages': (response, request) =>
					writeJson(
						response,
						{
							code: `bad_${API_KEY}`,
							message: `bad ${request.headers.authorization}`,
							status: 400,
						},
						400,
					),
			};
			await withServer(routes, async ({ baseUrl, send }) => {
				const credentials = { apiKey: `${API_KEY}${extra}`, baseUrl };
				const job = { credentials, streaming: true } as const;
				const failed = await send({}, job);
				const continued = await send({}, { ...job, onError: 'continueRegularOutput' });
				const shown = JSON.stringify([
					failed.error?.message,
					failed.error?.description,
					failed.error?.context,
					failed.chunks,
					continued.outputs,
					continued.chunks,
				]);
				expect(shown).toContain('***');
				expect(shown).not.toContain(API_KEY);
			});
		},
	);

	it('does not appear in the data of an execution, successful or failed', async () => {
		const results = [
			await testBed.send('chat-plain', { options: { includeEvents: true }, simplify: false }),
			await testBed.send('chat-plain', { conversationId: toLocator('x') }),
		];
		for (const { run } of results) {
			expect(JSON.stringify(run)).not.toContain(testBed.dify.key('chat-plain'));
		}
	});

	it('does not appear in an item, a chunk or an event of a response that contains it', async () => {
		const answer = `Authorization: Bearer ${API_KEY} was sent`;
		const stream = [
			workflowEvent('workflow_started'),
			workflowEvent('node_finished', { error: answer, [API_KEY]: 1 }),
			event('message', { answer }),
			workflowEvent('workflow_finished', { status: 'succeeded', outputs: { answer } }),
			event('message_end', { metadata: { note: answer } }),
		].join('');
		const routes: Routes = {
			'POST /v1/chat-messages': (response, _, body) => {
				const isBlocking = body.includes('"blocking"');
				const ids = { message_id: MESSAGE_ID, conversation_id: CONVERSATION_ID };
				if (isBlocking)
					writeJson(response, {
						event: 'message',
						...ids,
						answer,
						mode: 'chat',
						metadata: { note: answer },
					});
				else writeStream(response, stream);
				response.end();
			},
			'GET /v1/conversations': (response) =>
				writeJson(response, { data: [{ id: CONVERSATION_ID, name: answer }], has_more: false }),
		};
		const options = { includeEvents: true };
		const results = await withServer(
			routes,
			async ({ send, run }) =>
				await Promise.all([
					send({ simplify: false, options }, { streaming: true }),
					send({ simplify: false, responseMode: 'blocking' }),
					run({ resource: 'conversation', operation: 'getAll', returnAll: true }),
				]),
		);
		for (const result of results) {
			getItem(result);
			const shown = JSON.stringify([result.outputs, result.chunks]);
			expect(shown).toContain('Bearer ***');
			expect(shown).not.toContain(API_KEY);
		}
	});
});
