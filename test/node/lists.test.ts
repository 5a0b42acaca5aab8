import type { INodeListSearchResult, INodeParameters } from 'n8n-workflow';
import { APPS, begin, TOPIC } from './conversations';
import type { World } from './harness';
import { byId, openWorld } from './harness';

/** The lists to pick messages and variables from; that of conversations is in form.test.ts. */

let world: World;

beforeAll(async () => {
	world = await openWorld({ lingerMs: 20, apps: APPS });
});

afterAll(async () => {
	await world.dify.close();
});

const list = async (
	method: string,
	parameters: INodeParameters,
	app: string,
	...args: Array<string | undefined>
): Promise<INodeListSearchResult> =>
	(await world.engine.callMethod(
		'listSearch',
		method,
		parameters,
		{ apiKey: world.dify.key(app), baseUrl: world.dify.baseUrl },
		...args,
	)) as INodeListSearchResult;

describe('the list of variables', () => {
	it("is the chosen conversation's, searched by name, type and value", async () => {
		const { id } = await begin(world, 'flow');
		const parameters = { user: 'n8n', conversationId: byId(id) };
		const { results } = await list('searchVariables', parameters, 'flow');
		expect(results.map(({ name }) => name)).toEqual([
			'counter (number): 7',
			'topic (string): none',
			'tags (array[string]): []',
			'agreed (boolean): true',
		]);
		const found = await list('searchVariables', parameters, 'flow', 'TOPIC');
		expect(found.results).toEqual([{ name: 'topic (string): none', value: TOPIC }]);
	});

	it('wants a conversation first', async () => {
		const parameters = { user: 'n8n', conversationId: { __rl: true, mode: 'list', value: '' } };
		await expect(list('searchVariables', parameters as never, 'flow')).rejects.toThrow(
			"'Conversation' is not set",
		);
	});
});

describe('the list of messages', () => {
	it("is the user's own, newest first, some conversations at a time, searched by their words", async () => {
		const first = await begin(world, 'chat-plain', 'fay', 'oldest');
		for (let index = 1; index < 12; index++) {
			const conversation = world.dify.store.createConversation({
				app: first.app,
				user: 'fay',
				query: `talk ${index}`,
			});
			conversation.updated_at = first.updated_at + index;
			world.dify.store.addMessage(conversation, `first\nof ${index}`, {});
			world.dify.store.addMessage(conversation, `second of ${index} ${'x'.repeat(99)}`, {});
			conversation.updated_at = first.updated_at + index;
		}
		const page = await list('searchMessages', { user: 'fay' }, 'chat-plain');
		expect(page.results).toHaveLength(20);
		expect(page.results[0]?.name).toBe(`talk 11 › second of 11 ${'x'.repeat(67)}…`);
		expect(page.results[1]?.name).toBe('talk 11 › first of 11');
		const rest = await list(
			'searchMessages',
			{ user: 'fay' },
			'chat-plain',
			undefined,
			page.paginationToken as string,
		);
		expect(rest.results.map(({ name }) => name)).toEqual([
			expect.stringContaining('talk 1 › second of 1 '),
			'talk 1 › first of 1',
			'oldest › oldest',
		]);
		expect(rest.results.at(-1)?.value).toBe(first.messages[0]?.id);
		expect(rest.paginationToken).toBeUndefined();
		const found = await list('searchMessages', { user: 'fay' }, 'chat-plain', 'FIRST OF 7');
		expect(found.results.map(({ name }) => name)).toEqual(['talk 7 › first of 7']);
	});
});
