import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Conversation } from '../../mock-dify';
import { APPS, COUNTER_ID, startConversation } from './conversationFixtures';
import { ITEM_VALUE, testErrorCases, UNKNOWN_ID } from './errorCases';
import type { TestBed } from './testBed';
import { getItem, startTestBed, toLocator } from './testBed';

/** The operations of the resource Conversation. Those on variables are in conversationVariables.test.ts. */

let testBed: TestBed;
/** A conversation of the app `flow`. */
let flowConversation: Conversation;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20, apps: APPS });
	flowConversation = await startConversation(testBed, 'flow');
});

afterAll(async () => {
	await testBed.dify.close();
});

describe('conversation getAll:', () => {
	/** Creates 250 conversations of the user bea. The last one is the newest. */
	const createConversations = async (): Promise<void> => {
		const { app, user, created_at } = await startConversation(testBed, 'chat-plain', {
			user: 'bea',
			query: 'tide 0',
		});
		for (let index = 1; index < 250; index++) {
			const conversation = testBed.dify.store.createConversation({
				app,
				user,
				query: `tide ${index}`,
			});
			conversation.created_at = created_at + index;
			conversation.updated_at = created_at + ((index * 7) % 250);
		}
	};
	const getNames = async (parameters: INodeParameters): Promise<unknown[]> => {
		const { outputs } = await testBed.run({
			app: 'chat-plain',
			resource: 'conversation',
			operation: 'getAll',
			parameters,
		});
		return (outputs[0] ?? []).map(({ json }) => json.name);
	};

	it('returns all conversations of a user in the requested order, 100 per request', async () => {
		await createConversations();
		const tides = Array.from({ length: 250 }, (_, index) => `tide ${index}`);
		const user = 'bea';
		const oldestFirst = { user, returnAll: true, options: { sortBy: 'created_at' } };
		expect(await getNames(oldestFirst)).toEqual(tides);
		const pages = testBed.findRequests('GET', '/v1/conversations').slice(-3);
		expect(pages.map(({ query }) => [query.limit, query.sort_by])).toEqual(
			Array(3).fill(['100', 'created_at']),
		);
		const newestFirst = { user, limit: 101, options: { sortBy: '-created_at' } };
		expect(await getNames(newestFirst)).toEqual(tides.reverse().slice(0, 101));
		const lastUpdatedFirst = await getNames({ user, returnAll: true });
		expect(new Set(lastUpdatedFirst).size).toBe(250);
		expect(testBed.findRequests('GET', '/v1/conversations').at(-1)?.query).not.toHaveProperty(
			'sort_by',
		);
		expect(await getNames({ user: 'nobody', returnAll: true })).toEqual([]);
	});

	it('returns the conversations of each input item with all fields', async () => {
		const cleo = await startConversation(testBed, 'chat-plain', { user: 'cleo' });
		const dan = await startConversation(testBed, 'chat-plain', { user: 'dan' });
		const items = ['cleo', 'nobody', 'dan'].map((value) => ({ json: { value } }));
		const { outputs } = await testBed.run(
			{
				app: 'chat-plain',
				resource: 'conversation',
				operation: 'getAll',
				parameters: { user: ITEM_VALUE },
			},
			{ items },
		);
		const toItem = ({ id, created_at, updated_at }: Conversation): IDataObject => ({
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
				{ json: toItem(cleo), pairedItem: { item: 0 } },
				{ json: toItem(dan), pairedItem: { item: 2 } },
			],
		]);
	});
});

describe('conversation rename:', () => {
	it('sets the name that each input item contains', async () => {
		const { id } = await startConversation(testBed, 'chat-plain');
		const items = ['Gezeiten 潮汐', 0].map((value) => ({ json: { value } }));
		const parameters = { conversationId: toLocator(id), name: ITEM_VALUE };
		const { outputs } = await testBed.run(
			{ app: 'chat-plain', resource: 'conversation', operation: 'rename', parameters },
			{ items },
		);
		expect(outputs[0]?.map(({ json, pairedItem }) => [json.id, json.name, pairedItem])).toEqual([
			[id, 'Gezeiten 潮汐', { item: 0 }],
			[id, '0', { item: 1 }],
		]);
		expect(testBed.dify.requests.at(-1)?.body).toEqual({ user: 'n8n', name: '0' });
	});

	it('lets Dify generate the name', async () => {
		const { id } = await startConversation(testBed, 'chat-plain');
		const parameters = { conversationId: toLocator(id), autoGenerate: true };
		const item = getItem(
			await testBed.run({
				app: 'chat-plain',
				resource: 'conversation',
				operation: 'rename',
				parameters,
			}),
		);
		expect(item.name).toBe('Stub conversation title');
		expect(testBed.dify.requests.at(-1)?.body).toEqual({ user: 'n8n', auto_generate: true });
	});
});

describe('conversation delete:', () => {
	it('deletes the conversation of each input item, with the user in a JSON body', async () => {
		const conversations = [
			await startConversation(testBed, 'chat-plain', { user: 'eve' }),
			await startConversation(testBed, 'chat-plain', { user: 'eve' }),
		];
		const items = conversations.map(({ id }) => ({ json: { value: id } }));
		const parameters = { user: 'eve', conversationId: toLocator(ITEM_VALUE) };
		const { outputs } = await testBed.run(
			{ app: 'chat-plain', resource: 'conversation', operation: 'delete', parameters },
			{ items },
		);
		expect(outputs).toEqual([
			items.map((_, item) => ({ json: { deleted: true }, pairedItem: { item } })),
		]);
		expect(testBed.dify.requests.at(-1)).toMatchObject({
			method: 'DELETE',
			body: { user: 'eve' },
			status: 204,
		});
		for (const { id } of conversations) {
			expect(testBed.dify.store.conversations.has(id)).toBe(false);
		}
	});
});

/** The errors that every operation on one conversation has in common. */
const commonCases = ['rename', 'getVariables', 'updateVariable', 'delete'].flatMap((operation) => {
	const parameters = {
		conversationId: toLocator(ITEM_VALUE),
		variableId: toLocator(COUNTER_ID),
		name: 'x',
		valueType: 'json',
		valueJson: '1',
	};
	const getValid = operation === 'delete' ? undefined : (): unknown => flowConversation.id;
	const base = { operation, app: 'flow', parameters, getValid };
	return [
		{
			...base,
			name: 'rejects an empty conversation id',
			invalid: '',
			message: "'Conversation' is empty",
			advice: 'list',
		},
		{
			...base,
			name: 'rejects a conversation id that is not a UUID',
			invalid: '../files',
			message: "'Conversation' is not a valid ID (UUID)",
			advice: 'conversation_id of an earlier answer',
		},
		{
			...base,
			name: 'reports an unknown conversation',
			invalid: UNKNOWN_ID,
			message: 'Conversation Not Exists.',
			advice: "belongs to another 'User'",
			code: 'not_found',
			status: 404,
		},
		{
			...base,
			name: "reports another user's conversation",
			parameters: { ...parameters, user: 'someone else' },
			getValid: undefined,
			invalid: () => flowConversation.id,
			message: 'Conversation Not Exists.',
			advice: "belongs to another 'User'",
			code: 'not_found',
			status: 404,
		},
		{
			...base,
			name: 'rejects an empty user',
			parameters: { ...parameters, conversationId: toLocator(UNKNOWN_ID), user: ITEM_VALUE },
			getValid: undefined,
			invalid: '',
			message: "'User' is empty",
			advice: 'It can be any text',
		},
	];
});
testErrorCases(() => testBed, 'conversation', [
	...commonCases,
	...['', ' '].map((invalid) => ({
		name: `rejects the name ${JSON.stringify(invalid)}`,
		operation: 'rename',
		parameters: { conversationId: toLocator(UNKNOWN_ID), name: ITEM_VALUE },
		invalid,
		message: "'Name' is empty",
		advice: 'Enter a value',
	})),
	...['getAll', 'getVariables'].map((operation) => ({
		name: 'rejects a limit of 0',
		operation,
		parameters: { conversationId: toLocator(UNKNOWN_ID), limit: ITEM_VALUE },
		invalid: 0,
		message: "'Limit' must be an integer of at least 1",
		advice: "'Return All'",
	})),
	{
		name: 'rejects an empty user',
		operation: 'getAll',
		parameters: { user: ITEM_VALUE },
		getValid: () => 'n8n',
		invalid: '',
		message: "'User' is empty",
		advice: 'It can be any text',
	},
	{
		name: 'reports an app that has no conversations',
		operation: 'getAll',
		app: 'completion',
		parameters: { user: ITEM_VALUE },
		invalid: 'n8n',
		message: 'Please check if your app mode matches the right API route.',
		advice: 'Chatbot, Agent or Chatflow',
		code: 'not_chat_app',
		status: 400,
	},
]);

it('conversation delete: accepts an unknown conversation on Dify 1.12, which returns 204', async () => {
	const old = await startTestBed({ version: '1.12' });
	try {
		const parameters = { conversationId: toLocator(UNKNOWN_ID) };
		const deleted = getItem(
			await old.run({
				app: 'chat-plain',
				resource: 'conversation',
				operation: 'delete',
				parameters,
			}),
		);
		expect(deleted).toEqual({ deleted: true });
	} finally {
		await old.dify.close();
	}
});
