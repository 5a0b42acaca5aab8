import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { World } from './harness';
import { byId, itemOf, openWorld, until } from './harness';
import { itRefuses, VALUE } from './refusals';

/** What can be done with chat messages besides sending them. */

let world: World;
/** An answer of `chat-vars`, and two of `chat-plain`. */
let varied: IDataObject;
let plain: IDataObject;
let unrated: IDataObject;

const UNKNOWN = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const inputs: INodeParameters = {
	inputsMode: 'json',
	inputsJson: '{"name":"Ada","colour":"red"}',
};

beforeAll(async () => {
	world = await openWorld({ lingerMs: 20 });
	varied = itemOf(await world.send('chat-vars', inputs));
	plain = itemOf(await world.send('chat-plain'));
	unrated = itemOf(await world.send('chat-plain'));
});

afterAll(async () => {
	await world.dify.close();
});

describe('Stop', () => {
	it('stops a run under way, under its own user', async () => {
		world.dify.play('chat-plain', { script: { tokens: Array(200).fill('a '), gapMs: 20 } });
		const running = world.send('chat-plain', { query: 'long', user: 'ada', simplify: false });
		await until(() => world.dify.store.tasks.size === 1);
		const [taskId = ''] = world.dify.store.tasks.keys();
		const stopped = await world.run('chat-plain', 'chatMessage', 'stop', { taskId, user: 'ada' });
		expect(stopped.outputs).toEqual([[{ json: { result: 'success' }, pairedItem: { item: 0 } }]]);
		const text = String(itemOf(await running).answer);
		expect(text.length).toBeLessThan(400);
	});

	it('takes any text for a task, an id for each item', async () => {
		const items = ['a/b', 7, UNKNOWN].map((value) => ({ json: { value } }));
		const before = world.dify.requests.length;
		const { outputs } = await world.run(
			'flow-plain',
			'chatMessage',
			'stop',
			{ taskId: VALUE },
			{ items },
		);
		expect(outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2].map((item) => ({ item })),
		);
		expect(world.dify.requests.slice(before).map(({ path, body }) => [path, body])).toEqual(
			['a%2Fb', '7', UNKNOWN].map((task) => [`/v1/chat-messages/${task}/stop`, { user: 'n8n' }]),
		);
	});
});

describe('Get Many', () => {
	/** A conversation of 250 messages, three to a second, so that pages end within one. */
	const longConversation = async (): Promise<INodeParameters> => {
		const { conversation_id } = itemOf(await world.send('chat-plain', { query: 'question 0' }));
		const conversation = world.dify.store.conversations.get(String(conversation_id));
		if (conversation === undefined) throw new Error('it was just begun');
		for (let index = 1; index < 250; index++) {
			world.dify.store.addMessage(conversation, `question ${index}`, {});
		}
		for (const [index, message] of conversation.messages.entries()) {
			message.created_at = 1_700_000_000 + Math.floor(index / 3);
		}
		return { conversationId: byId(conversation_id) };
	};
	const queries = (items: Array<{ json: IDataObject }> = []): unknown[] =>
		items.map(({ json }) => json.query);
	const questions = (from: number, to: number): string[] =>
		Array.from({ length: to - from }, (_, index) => `question ${from + index}`);

	it('gives all, oldest first, none twice and none left out, a hundred to a request', async () => {
		const parameters = { ...(await longConversation()), returnAll: true };
		const { outputs } = await world.run('chat-plain', 'chatMessage', 'getAll', parameters);
		expect(queries(outputs[0])).toEqual(questions(0, 250));
		expect(outputs[0]?.at(-1)?.pairedItem).toEqual({ item: 0 });
		const asked = world.seen('GET', '/v1/messages').slice(-3);
		expect(asked.map(({ query }) => query.limit)).toEqual(['100', '100', '100']);
		expect(asked[0]?.query).not.toHaveProperty('first_id');
	});

	it.each([1, 100, 101, 250, 1_000])('gives the latest %d, oldest first', async (limit) => {
		const parameters = { ...(await longConversation()), limit };
		const { outputs } = await world.run('chat-plain', 'chatMessage', 'getAll', parameters);
		expect(queries(outputs[0])).toEqual(questions(Math.max(0, 250 - limit), 250));
	});

	it('keeps ten fields, or all of them', async () => {
		const conversationId = byId(plain.conversation_id);
		const ask = async (simplify: boolean): Promise<IDataObject> =>
			itemOf(await world.run('chat-plain', 'chatMessage', 'getAll', { conversationId, simplify }));
		const simple = await ask(true);
		expect(Object.keys(simple)).toHaveLength(10);
		expect(simple).toMatchObject({
			id: plain.message_id,
			conversation_id: plain.conversation_id,
			query: 'hello',
			answer: plain.answer,
			feedback: null,
			status: 'normal',
		});
		const whole = await ask(false);
		expect(Object.keys(whole).length).toBeGreaterThan(10);
		expect(whole).toMatchObject({ inputs: {}, agent_thoughts: [] });
	});

	it('reads a conversation for each item', async () => {
		const items = [plain, plain].map(({ conversation_id }) => ({
			json: { value: String(conversation_id) },
		}));
		const parameters = { conversationId: byId(VALUE) };
		const { outputs } = await world.run('chat-plain', 'chatMessage', 'getAll', parameters, {
			items,
		});
		expect(outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	});
});

describe('Get Suggested Questions', () => {
	it.each(['chat-vars', 'flow-vars'])('gives what could follow: %s', async (app) => {
		const { message_id } = itemOf(await world.send(app, inputs));
		const outcome = await world.run(app, 'chatMessage', 'getSuggested', {
			messageId: byId(message_id),
		});
		expect(outcome.outputs).toEqual([
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
	});
});

describe('Give Feedback', () => {
	it('likes, dislikes, and takes it back', async () => {
		const messageId = byId(plain.message_id);
		const items = ['like', 'dislike', 'none'].map((value) => ({ json: { value } }));
		const parameters = { messageId, rating: VALUE, content: 'Grüße' };
		const before = world.dify.requests.length;
		const { outputs } = await world.run('chat-plain', 'chatMessage', 'giveFeedback', parameters, {
			items,
		});
		expect(outputs).toEqual([
			items.map((_, item) => ({ json: { result: 'success' }, pairedItem: { item } })),
		]);
		expect(world.dify.requests.slice(before).map(({ body }) => body)).toEqual([
			{ user: 'n8n', rating: 'like', content: 'Grüße' },
			{ user: 'n8n', rating: 'dislike', content: 'Grüße' },
			{ user: 'n8n', rating: null },
		]);
	});

	it('is seen with the message', async () => {
		const messageId = byId(varied.message_id);
		itemOf(await world.run('chat-vars', 'chatMessage', 'giveFeedback', { messageId }));
		const conversationId = byId(varied.conversation_id);
		const message = itemOf(
			await world.run('chat-vars', 'chatMessage', 'getAll', { conversationId }),
		);
		expect(message.feedback).toEqual({ rating: 'like' });
	});
});

describe('is refused', () => {
	const getAll = { operation: 'getAll', parameters: { conversationId: byId(VALUE) } };
	const conversation = (): unknown => plain.conversation_id;
	const suggested = {
		operation: 'getSuggested',
		app: 'chat-vars',
		parameters: { messageId: byId(VALUE) },
		good: () => varied.message_id,
	};
	const feedback = {
		operation: 'giveFeedback',
		parameters: { messageId: byId(VALUE) },
		good: () => plain.message_id,
	};
	const notAnId = 'is not an id that Dify could have given';
	itRefuses(() => world, 'chatMessage', [
		{
			name: 'no task',
			operation: 'stop',
			parameters: { taskId: VALUE },
			good: () => UNKNOWN,
			bad: ' ',
			message: "'Task ID' is empty",
			advice: 'Fill it',
		},
		...['stop', 'getAll', 'getSuggested', 'giveFeedback'].map((operation) => ({
			name: 'no user',
			operation,
			parameters: {
				user: VALUE,
				taskId: UNKNOWN,
				conversationId: byId(UNKNOWN),
				messageId: byId(UNKNOWN),
			},
			bad: '',
			message: "'User' is empty",
			advice: 'any text of your own',
		})),
		{
			...getAll,
			name: 'no conversation',
			good: conversation,
			bad: null,
			message: "'Conversation' is empty",
			advice: 'conversation_id of an earlier answer',
		},
		{
			...getAll,
			name: 'a conversation id that is none',
			good: conversation,
			bad: 'conv-1',
			message: `'Conversation' ${notAnId}`,
			advice: 'choose one from the list',
		},
		{
			...getAll,
			name: 'an unknown conversation',
			good: conversation,
			bad: UNKNOWN,
			message: 'Conversation Not Exists.',
			advice: "belongs to another 'User'",
			code: 'not_found',
			status: 404,
		},
		...[0, 1.5, 'x'].map((bad) => ({
			name: `a limit of ${bad}`,
			operation: 'getAll',
			parameters: { conversationId: byId(UNKNOWN), limit: VALUE },
			bad,
			message: "'Limit' is not a whole number of 1 or more",
			advice: "'Return All'",
		})),
		{
			...getAll,
			app: 'completion',
			name: 'an app of another kind',
			bad: UNKNOWN,
			message: 'Please check if your app mode matches the right API route.',
			advice: 'Chatbot, Agent or Chatflow',
			code: 'not_chat_app',
			status: 400,
		},
		...[suggested, feedback].flatMap((operation) => [
			{
				...operation,
				name: 'no message',
				bad: '',
				message: "'Message' is empty",
				advice: 'message_id of an earlier answer',
			},
			{
				...operation,
				name: 'a message id that is none',
				bad: 'msg-1',
				message: `'Message' ${notAnId}`,
				advice: 'message_id of an earlier answer',
			},
			{
				...operation,
				name: 'an unknown message',
				bad: UNKNOWN,
				message: 'Message Not Exists.',
				advice: "another 'User'",
				code: 'not_found',
				status: 404,
			},
		]),
		{
			name: 'suggested questions that are switched off',
			operation: 'getSuggested',
			parameters: { messageId: byId(VALUE) },
			bad: () => plain.message_id,
			message: 'Suggested Questions Is Disabled.',
			advice: "'Follow-up'",
			code: 'bad_request',
			status: 400,
		},
		{
			name: 'a rating taken back that was not given',
			operation: 'giveFeedback',
			parameters: { messageId: byId(VALUE), rating: 'none' },
			bad: () => unrated.message_id,
			message: "There is no feedback of this 'User' on the message that could be taken back",
			advice: "'Rating'",
			code: 'invalid_param',
			status: 400,
		},
	]);
});
