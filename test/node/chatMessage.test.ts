import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { World } from './harness';
import { byId, itemOf, openWorld, until } from './harness';
import { UNKNOWN, VALUE } from './refusals';

/** What can be done with chat messages besides sending them. */

let world: World;
/** An answer of `chat-vars`, and one of `chat-plain`. */
let varied: IDataObject;
let plain: IDataObject;

const inputs: INodeParameters = {
	inputsMode: 'json',
	inputsJson: '{"name":"Ada","colour":"red"}',
};

beforeAll(async () => {
	world = await openWorld({ lingerMs: 20 });
	varied = itemOf(await world.send('chat-vars', inputs));
	plain = itemOf(await world.send('chat-plain'));
});

afterAll(async () => {
	await world.dify.close();
});

describe('Stop', () => {
	it('stops a run under way, under its own user', async () => {
		world.dify.enqueue('chat-plain', { script: { tokens: Array(200).fill('a '), gapMs: 20 } });
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
