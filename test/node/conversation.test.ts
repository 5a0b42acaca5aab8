import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Conversation } from '../../mock-dify';
import { APPS, begin, COUNTER } from './conversations';
import type { World } from './harness';
import { byId, itemOf, openWorld } from './harness';
import { itRefuses, UNKNOWN, VALUE } from './refusals';

/** What can be done with conversations. */

let world: World;

beforeAll(async () => {
	world = await openWorld({ lingerMs: 20, apps: APPS });
});

afterAll(async () => {
	await world.dify.close();
});

describe('Get Many', () => {
	/** 250 conversations, the last the newest. */
	const many = async (): Promise<void> => {
		const { app, user, created_at } = await begin(world, 'chat-plain', 'bea', 'tide 0');
		for (let index = 1; index < 250; index++) {
			const conversation = world.dify.store.createConversation({
				app,
				user,
				query: `tide ${index}`,
			});
			conversation.created_at = created_at + index;
			conversation.updated_at = created_at + ((index * 7) % 250);
		}
	};
	const names = async (parameters: INodeParameters): Promise<unknown[]> => {
		const { outputs } = await world.run('chat-plain', 'conversation', 'getAll', parameters);
		return (outputs[0] ?? []).map(({ json }) => json.name);
	};

	it('gives all of a user, page after page, in the order asked for', async () => {
		await many();
		const tides = Array.from({ length: 250 }, (_, index) => `tide ${index}`);
		const user = 'bea';
		const byAge = { user, returnAll: true, options: { sortBy: 'created_at' } };
		expect(await names(byAge)).toEqual(tides);
		const asked = world.seen('GET', '/v1/conversations').slice(-3);
		expect(asked.map(({ query }) => [query.limit, query.sort_by])).toEqual(
			Array(3).fill(['100', 'created_at']),
		);
		const newest = { user, limit: 101, options: { sortBy: '-created_at' } };
		expect(await names(newest)).toEqual(tides.reverse().slice(0, 101));
		const byUpdate = await names({ user, returnAll: true });
		expect(new Set(byUpdate).size).toBe(250);
		expect(world.seen('GET', '/v1/conversations').at(-1)?.query).not.toHaveProperty('sort_by');
		expect(await names({ user: 'nobody', returnAll: true })).toEqual([]);
	});

	it('gives each item its own, with all fields', async () => {
		const cleo = await begin(world, 'chat-plain', 'cleo');
		const dan = await begin(world, 'chat-plain', 'dan');
		const items = ['cleo', 'nobody', 'dan'].map((value) => ({ json: { value } }));
		const { outputs } = await world.run(
			'chat-plain',
			'conversation',
			'getAll',
			{ user: VALUE },
			{ items },
		);
		const item = ({ id, created_at, updated_at }: Conversation): IDataObject => ({
			id,
			name: 'hello',
			inputs: {},
			status: 'normal',
			introduction: expect.any(String) as never,
			created_at,
			updated_at,
		});
		expect(outputs).toEqual([
			[
				{ json: item(cleo), pairedItem: { item: 0 } },
				{ json: item(dan), pairedItem: { item: 2 } },
			],
		]);
	});
});

describe('Rename', () => {
	it('gives a name, each item its own', async () => {
		const { id } = await begin(world, 'chat-plain');
		const items = ['Gezeiten 潮汐', 0].map((value) => ({ json: { value } }));
		const parameters = { conversationId: byId(id), name: VALUE };
		const { outputs } = await world.run('chat-plain', 'conversation', 'rename', parameters, {
			items,
		});
		expect(outputs[0]?.map(({ json, pairedItem }) => [json.id, json.name, pairedItem])).toEqual([
			[id, 'Gezeiten 潮汐', { item: 0 }],
			[id, '0', { item: 1 }],
		]);
		expect(world.dify.requests.at(-1)?.body).toEqual({ user: 'n8n', name: '0' });
	});

	it('has Dify make one', async () => {
		const { id } = await begin(world, 'chat-plain');
		const parameters = { conversationId: byId(id), autoGenerate: true };
		const item = itemOf(await world.run('chat-plain', 'conversation', 'rename', parameters));
		expect(item.name).toBe('Stub conversation title');
		expect(world.dify.requests.at(-1)?.body).toEqual({ user: 'n8n', auto_generate: true });
	});
});

describe('Delete', () => {
	it('deletes, with the JSON body that Dify wants', async () => {
		const conversations = [
			await begin(world, 'chat-plain', 'eve'),
			await begin(world, 'chat-plain', 'eve'),
		];
		const items = conversations.map(({ id }) => ({ json: { value: id } }));
		const parameters = { user: 'eve', conversationId: byId(VALUE) };
		const { outputs } = await world.run('chat-plain', 'conversation', 'delete', parameters, {
			items,
		});
		expect(outputs).toEqual([
			items.map((_, item) => ({ json: { deleted: true }, pairedItem: { item } })),
		]);
		expect(world.dify.requests.at(-1)).toMatchObject({
			method: 'DELETE',
			body: { user: 'eve' },
			status: 204,
		});
		for (const { id } of conversations) {
			expect(world.dify.store.conversations.has(id)).toBe(false);
		}
	});
});

describe('is refused', () => {
	let flow: Conversation;
	beforeAll(async () => {
		flow = await begin(world, 'flow');
	});

	const conversation = ['rename', 'getVariables', 'updateVariable', 'delete'].flatMap(
		(operation) => {
			const parameters = {
				conversationId: byId(VALUE),
				variableId: byId(COUNTER),
				name: 'x',
				valueType: 'json',
				valueJson: '1',
			};
			const good = operation === 'delete' ? undefined : (): unknown => flow.id;
			const row = { operation, app: 'flow', parameters, good };
			return [
				{
					...row,
					name: 'no conversation',
					bad: '',
					message: "'Conversation' is empty",
					advice: 'list',
				},
				{
					...row,
					name: 'a conversation id that is none',
					bad: '../files',
					message: "'Conversation' is not an id that Dify could have given",
					advice: 'conversation_id of an earlier answer',
				},
				{
					...row,
					name: 'an unknown conversation',
					bad: UNKNOWN,
					message: 'Conversation Not Exists.',
					advice: "belongs to another 'User'",
					code: 'not_found',
					status: 404,
				},
				{
					...row,
					name: "another user's conversation",
					parameters: { ...parameters, user: 'someone else' },
					good: undefined,
					bad: () => flow.id,
					message: 'Conversation Not Exists.',
					advice: "belongs to another 'User'",
					code: 'not_found',
					status: 404,
				},
				{
					...row,
					name: 'no user',
					parameters: { ...parameters, conversationId: byId(UNKNOWN), user: VALUE },
					good: undefined,
					bad: '',
					message: "'User' is empty",
					advice: 'any text of your own',
				},
			];
		},
	);
	itRefuses(() => world, 'conversation', [
		...conversation,
		...['', ' '].map((bad) => ({
			name: `the name ${JSON.stringify(bad)}`,
			operation: 'rename',
			parameters: { conversationId: byId(UNKNOWN), name: VALUE },
			bad,
			message: "'Name' is empty",
			advice: 'Fill it',
		})),
		...['getAll', 'getVariables'].map((operation) => ({
			name: 'a limit of 0',
			operation,
			parameters: { conversationId: byId(UNKNOWN), limit: VALUE },
			bad: 0,
			message: "'Limit' is not a whole number of 1 or more",
			advice: "'Return All'",
		})),
		{
			name: 'no user',
			operation: 'getAll',
			parameters: { user: VALUE },
			good: () => 'n8n',
			bad: '',
			message: "'User' is empty",
			advice: 'any text of your own',
		},
		{
			name: 'an app of another kind',
			operation: 'getAll',
			app: 'completion',
			parameters: { user: VALUE },
			bad: 'n8n',
			message: 'Please check if your app mode matches the right API route.',
			advice: 'Chatbot, Agent or Chatflow',
			code: 'not_chat_app',
			status: 400,
		},
	]);

	it('but for the deletion of an unknown conversation by Dify 1.12', async () => {
		const old = await openWorld({ version: '1.12' });
		try {
			const parameters = { conversationId: byId(UNKNOWN) };
			const deleted = itemOf(await old.run('chat-plain', 'conversation', 'delete', parameters));
			expect(deleted).toEqual({ deleted: true });
		} finally {
			await old.dify.close();
		}
	});
});
