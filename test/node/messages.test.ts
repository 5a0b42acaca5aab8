import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { World } from './harness';
import { byId, itemOf, openWorld } from './harness';
import { VALUE } from './refusals';

/** Chat Message, Get Many: pages of a conversation's messages. */

let world: World;
let plain: IDataObject;

beforeAll(async () => {
	world = await openWorld();
	plain = itemOf(await world.send('chat-plain'));
});

afterAll(async () => {
	await world.dify.close();
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
