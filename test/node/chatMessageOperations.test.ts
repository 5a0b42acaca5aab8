import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { startConversation } from './conversationFixtures';
import { ITEM_VALUE, UNKNOWN_ID } from './errorCases';
import type { TestBed } from './testBed';
import { getItem, startTestBed, toLocator, waitUntil } from './testBed';

/** The operations of the resource Chat Message, except Send and Submit Form. */

let testBed: TestBed;

/** The inputs that the apps `chat-vars` and `flow-vars` require. */
const inputs: INodeParameters = {
	inputsMode: 'json',
	inputsJson: '{"name":"Ada","colour":"red"}',
};

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20 });
});

afterAll(async () => {
	await testBed.dify.close();
});

describe('chatMessage stop:', () => {
	it('stops a running task of the same user', async () => {
		testBed.dify.enqueue('chat-plain', { script: { tokens: Array(200).fill('a '), gapMs: 20 } });
		const running = testBed.send('chat-plain', { query: 'long', user: 'ada', simplify: false });
		await waitUntil(() => testBed.dify.store.tasks.size === 1);
		const [taskId = ''] = testBed.dify.store.tasks.keys();
		const stopped = await testBed.run({
			app: 'chat-plain',
			resource: 'chatMessage',
			operation: 'stop',
			parameters: { taskId, user: 'ada' },
		});
		expect(stopped.outputs).toEqual([[{ json: { result: 'success' }, pairedItem: { item: 0 } }]]);
		const answer = String(getItem(await running).answer);
		expect(answer.length).toBeLessThan(400);
	});

	it('accepts any text as the task id, one per input item', async () => {
		const items = ['a/b', 7, UNKNOWN_ID].map((value) => ({ json: { value } }));
		const before = testBed.dify.requests.length;
		const { outputs } = await testBed.run(
			{
				app: 'flow-plain',
				resource: 'chatMessage',
				operation: 'stop',
				parameters: { taskId: ITEM_VALUE },
			},
			{ items },
		);
		expect(outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2].map((item) => ({ item })),
		);
		expect(testBed.dify.requests.slice(before).map(({ path, body }) => [path, body])).toEqual(
			['a%2Fb', '7', UNKNOWN_ID].map((task) => [`/v1/chat-messages/${task}/stop`, { user: 'n8n' }]),
		);
	});
});

describe('chatMessage getSuggested:', () => {
	it.each(['chat-vars', 'flow-vars'])(
		'returns the suggested questions of the app %s',
		async (app) => {
			const { message_id } = getItem(await testBed.send(app, inputs));
			const { outputs } = await testBed.run({
				app,
				resource: 'chatMessage',
				operation: 'getSuggested',
				parameters: {
					messageId: toLocator(message_id),
				},
			});
			expect(outputs).toEqual([
				[
					{
						json: {
							result: 'success',
							data: ['First stub question?', 'Second stub question?', 'Third stub question?'],
						},
						pairedItem: { item: 0 },
					},
				],
			]);
		},
	);
});

describe('chatMessage giveFeedback:', () => {
	it('sends a like, a dislike, and the removal of the feedback', async () => {
		const answer = getItem(await testBed.send('chat-plain'));
		const messageId = toLocator(answer.message_id);
		const items = ['like', 'dislike', 'none'].map((value) => ({ json: { value } }));
		const parameters = { messageId, rating: ITEM_VALUE, content: 'Grüße' };
		const before = testBed.dify.requests.length;
		const { outputs } = await testBed.run(
			{ app: 'chat-plain', resource: 'chatMessage', operation: 'giveFeedback', parameters },
			{ items },
		);
		expect(outputs).toEqual([
			items.map((_, item) => ({ json: { result: 'success' }, pairedItem: { item } })),
		]);
		expect(testBed.dify.requests.slice(before).map(({ body }) => body)).toEqual([
			{ user: 'n8n', rating: 'like', content: 'Grüße' },
			{ user: 'n8n', rating: 'dislike', content: 'Grüße' },
			{ user: 'n8n', rating: null },
		]);
	});

	it('rates the message of the incoming item without further parameters', async () => {
		const answer = getItem(await testBed.send('chat-plain'));
		const job = { items: [{ json: answer }] };
		getItem(
			await testBed.run(
				{ app: 'chat-plain', resource: 'chatMessage', operation: 'giveFeedback' },
				job,
			),
		);
		expect(testBed.dify.requests.at(-1)?.path).toBe(
			`/v1/messages/${String(answer.message_id)}/feedbacks`,
		);
	});

	it('adds the feedback to the message that getAll returns', async () => {
		const answer = getItem(await testBed.send('chat-vars', inputs));
		const messageId = toLocator(answer.message_id);
		getItem(
			await testBed.run({
				app: 'chat-vars',
				resource: 'chatMessage',
				operation: 'giveFeedback',
				parameters: { messageId },
			}),
		);
		const conversationId = toLocator(answer.conversation_id);
		const message = getItem(
			await testBed.run({
				app: 'chat-vars',
				resource: 'chatMessage',
				operation: 'getAll',
				parameters: { conversationId },
			}),
		);
		expect(message.feedback).toEqual({ rating: 'like' });
	});
});

describe('chatMessage getAll:', () => {
	let answer: IDataObject;

	beforeAll(async () => {
		answer = getItem(await testBed.send('chat-plain'));
	});

	/**
	 * Creates a conversation of 250 messages, and returns the parameter that selects it. Three messages
	 * have the same second, so pages end between messages with equal times.
	 */
	const createLongConversation = async (): Promise<INodeParameters> => {
		const conversation = await startConversation(testBed, 'chat-plain', { query: 'question 0' });
		for (let index = 1; index < 250; index++) {
			testBed.dify.store.addMessage(conversation, `question ${index}`, {});
		}
		for (const [index, message] of conversation.messages.entries()) {
			message.created_at = 1_700_000_000 + Math.floor(index / 3);
		}
		return { conversationId: toLocator(conversation.id) };
	};
	const getQueries = (items: Array<{ json: IDataObject }> = []): unknown[] =>
		items.map(({ json }) => json.query);
	const buildQuestions = (from: number, to: number): string[] =>
		Array.from({ length: to - from }, (_, index) => `question ${from + index}`);

	it('returns each message once, the oldest first, 100 per request', async () => {
		const parameters = { ...(await createLongConversation()), returnAll: true };
		const { outputs } = await testBed.run({
			app: 'chat-plain',
			resource: 'chatMessage',
			operation: 'getAll',
			parameters,
		});
		expect(getQueries(outputs[0])).toEqual(buildQuestions(0, 250));
		expect(outputs[0]?.at(-1)?.pairedItem).toEqual({ item: 0 });
		const pages = testBed.findRequests('GET', '/v1/messages').slice(-3);
		expect(pages.map(({ query }) => query.limit)).toEqual(['100', '100', '100']);
		expect(pages[0]?.query).not.toHaveProperty('first_id');
	});

	it.each([1, 100, 101, 250, 1_000])(
		'returns the latest messages up to a limit of %d, the oldest first',
		async (limit) => {
			const parameters = { ...(await createLongConversation()), limit };
			const { outputs } = await testBed.run({
				app: 'chat-plain',
				resource: 'chatMessage',
				operation: 'getAll',
				parameters,
			});
			expect(getQueries(outputs[0])).toEqual(buildQuestions(Math.max(0, 250 - limit), 250));
		},
	);

	it('returns ten fields, or all without Simplify', async () => {
		const conversationId = toLocator(answer.conversation_id);
		const getMessage = async (simplify: boolean): Promise<IDataObject> =>
			getItem(
				await testBed.run({
					app: 'chat-plain',
					resource: 'chatMessage',
					operation: 'getAll',
					parameters: { conversationId, simplify },
				}),
			);
		const simplified = await getMessage(true);
		expect(Object.keys(simplified)).toHaveLength(10);
		expect(simplified).toMatchObject({
			id: answer.message_id,
			conversation_id: answer.conversation_id,
			query: 'hello',
			answer: answer.answer,
			feedback: null,
			status: 'normal',
		});
		const complete = await getMessage(false);
		expect(Object.keys(complete).length).toBeGreaterThan(10);
		expect(complete).toMatchObject({ inputs: {}, agent_thoughts: [] });
	});

	it('reads the conversation of each input item', async () => {
		const items = [answer, answer].map(({ conversation_id }) => ({
			json: { value: String(conversation_id) },
		}));
		const parameters = { conversationId: toLocator(ITEM_VALUE) };
		const { outputs } = await testBed.run(
			{ app: 'chat-plain', resource: 'chatMessage', operation: 'getAll', parameters },
			{ items },
		);
		expect(outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	});
});
