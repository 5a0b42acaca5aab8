import type { INodeListSearchResult, INodeParameters } from 'n8n-workflow';
import { APPS, startConversation, TOPIC_ID } from './conversationFixtures';
import type { TestBed } from './testBed';
import { getItem, startTestBed, toLocator } from './testBed';

/** The lists in the node's form to pick conversations, messages and conversation variables from. */

/** The date and time at the end of a row. */
const TIME = / · \d{4}-\d\d-\d\d \d\d:\d\d$/;

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20, apps: APPS });
});

afterAll(async () => {
	await testBed.dify.close();
});

interface SearchRequest {
	app: string;
	parameters: INodeParameters;
	/** The text that the user searches for. */
	filter?: string;
	/** The `paginationToken` of the previous page. */
	paginationToken?: string;
}

const search = async (
	method: string,
	{ app, parameters, filter, paginationToken }: SearchRequest,
): Promise<INodeListSearchResult> =>
	(await testBed.engine.callMethod(
		'listSearch',
		method,
		parameters,
		testBed.getCredentials(app),
		filter,
		paginationToken,
	)) as INodeListSearchResult;

describe('list of conversation variables in the node form:', () => {
	it('shows name, type and value, and is searched by name', async () => {
		const { id } = await startConversation(testBed, 'flow');
		const parameters = { user: 'n8n', conversationId: toLocator(id) };
		const { results } = await search('searchVariables', { app: 'flow', parameters });
		expect(results.map(({ name }) => name)).toEqual([
			'counter (number): 7',
			'topic (string): none',
			'tags (array[string]): []',
			'agreed (boolean): true',
		]);
		const found = await search('searchVariables', { app: 'flow', parameters, filter: 'TOPIC' });
		expect(found.results).toEqual([{ name: 'topic (string): none', value: TOPIC_ID }]);
	});

	it('requires a conversation', async () => {
		const conversationId = { __rl: true, mode: 'list', value: '' };
		const parameters = { user: 'n8n', conversationId } as never;
		await expect(search('searchVariables', { app: 'flow', parameters })).rejects.toThrow(
			"'Conversation' is not set",
		);
	});
});

describe('list of messages in the node form:', () => {
	it("shows the user's messages, the newest first, in pages, and is searched by their text", async () => {
		const oldest = await startConversation(testBed, 'chat-plain', { user: 'fay', query: 'oldest' });
		for (let index = 1; index < 12; index++) {
			const conversation = testBed.dify.store.createConversation({
				app: oldest.app,
				user: 'fay',
				query: `talk ${index}`,
			});
			conversation.updated_at = oldest.updated_at + index;
			testBed.dify.store.addMessage(conversation, `first\nof ${index}`, {});
			testBed.dify.store.addMessage(conversation, `second of ${index} ${'x'.repeat(99)}`, {});
			conversation.updated_at = oldest.updated_at + index;
		}
		const request = { app: 'chat-plain', parameters: { user: 'fay' } };
		const firstPage = await search('searchMessages', request);
		expect(firstPage.results).toHaveLength(20);
		const names = firstPage.results.map(({ name }) => name.replace(TIME, ' · TIME'));
		expect(names.slice(0, 2)).toEqual([
			`talk 11 › second of 11 ${'x'.repeat(67)}… · TIME`,
			'talk 11 › first of 11 · TIME',
		]);
		const lastPage = await search('searchMessages', {
			...request,
			paginationToken: firstPage.paginationToken as string,
		});
		expect(lastPage.results.map(({ name }) => name.replace(TIME, ' · TIME'))).toEqual([
			expect.stringContaining('talk 1 › second of 1 '),
			'talk 1 › first of 1 · TIME',
			'oldest › oldest · TIME',
		]);
		expect(lastPage.results.at(-1)?.value).toBe(oldest.messages[0]?.id);
		expect(lastPage.paginationToken).toBeUndefined();
		const found = await search('searchMessages', { ...request, filter: 'FIRST OF 7' });
		expect(found.results.map(({ name }) => name.replace(TIME, ' · TIME'))).toEqual([
			'talk 7 › first of 7 · TIME',
		]);
	});
});

describe('list of conversations in the node form:', () => {
	it("shows the user's conversations in pages, and is searched by name", async () => {
		for (let index = 0; index < 103; index++) {
			testBed.dify.enqueue('chat-plain', { script: { text: 'x' } });
		}
		const items = Array.from({ length: 103 }, (_, index) => ({ json: { index } }));
		getItem(
			await testBed.send(
				'chat-plain',
				{ query: '=tide {{ $json.index }}', user: 'bea', options: { maxConcurrency: 8 } },
				{ items },
			),
		);
		const request = { app: 'chat-plain', parameters: { user: 'bea' } };
		const firstPage = await search('searchConversations', request);
		expect(firstPage.results).toHaveLength(100);
		const lastPage = await search('searchConversations', {
			...request,
			paginationToken: firstPage.paginationToken as string,
		});
		expect(lastPage.results).toHaveLength(3);
		expect(lastPage.paginationToken).toBeUndefined();
		const all = [...firstPage.results, ...lastPage.results];
		expect(new Set(all.map(({ value }) => value)).size).toBe(103);
		const found = await search('searchConversations', { ...request, filter: 'TIDE 102' });
		expect(found.results.map(({ name }) => name.replace(TIME, ' · TIME'))).toEqual([
			'tide 102 · TIME',
		]);
		const other = await search('searchConversations', {
			...request,
			parameters: { user: 'nobody' },
		});
		expect(other.results).toEqual([]);
	}, 60_000);

	it("shows Dify's reason if the request fails", async () => {
		const credentials = { ...testBed.getCredentials('chat-plain'), apiKey: 'app-not-a-key-at-all' };
		await expect(
			testBed.engine.callMethod('listSearch', 'searchConversations', { user: 'n8n' }, credentials),
		).rejects.toThrow('Access token is invalid');
	});
});

describe('list of the parameter Conversation in the node form:', () => {
	it('begins with a new and the latest conversation, then shows date and time', async () => {
		getItem(await testBed.send('chat-plain', { query: 'tides', user: 'cleo' }));
		const request = { app: 'chat-plain', parameters: { user: 'cleo' } };
		const { results } = await search('searchConversationChoices', request);
		expect(results.map(({ name }) => name.replace(TIME, ' · TIME'))).toEqual([
			'New Conversation',
			"The User's Latest Conversation",
			'tides · TIME',
		]);
		const found = await search('searchConversationChoices', { ...request, filter: 'latest' });
		expect(found.results.map(({ name }) => name)).toEqual(["The User's Latest Conversation"]);
	});

	it('has its two choices if User is an expression', async () => {
		const parameters = { user: '={{ $json.sessionId }}' };
		const { results } = await search('searchConversationChoices', {
			app: 'chat-plain',
			parameters,
		});
		expect(results).toHaveLength(2);
	});
});
