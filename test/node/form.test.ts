import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ResourceMapperFields } from 'n8n-workflow';
import type { World } from './harness';
import { itemOf, openWorld } from './harness';

let world: World;

beforeAll(async () => {
	world = await openWorld({ lingerMs: 20 });
});

afterAll(async () => {
	await world.dify.close();
});

const credentials = (app: string): { apiKey: string; baseUrl: string } => ({
	apiKey: world.dify.key(app),
	baseUrl: world.dify.baseUrl,
});

describe("the app's variables", () => {
	it('are fields of the form: typed, with options and required marks', async () => {
		const { fields } = (await world.engine.callMethod(
			'resourceMapping',
			'getInputs',
			{ user: 'ada' },
			credentials('flow-vars'),
		)) as ResourceMapperFields;
		expect(
			fields.map(({ id, displayName, type, required }) => [id, displayName, type, required]),
		).toEqual([
			['name', 'Name', 'string', true],
			['about', 'About', 'string', false],
			['colour', 'Colour', 'options', false],
			['age', 'Age', 'number', false],
			['agree', 'Agree', 'boolean', false],
			['doc', 'Doc (File: Binary Field, URL or Upload ID)', 'string', false],
			['docs', 'Docs (Files: Binary Fields, URLs or Upload IDs)', 'string', false],
			['blob', 'Blob', 'object', false],
		]);
		expect(fields[2]?.options?.map(({ value }) => value)).toEqual(['red', 'green', 'blue']);
		expect(fields[4]?.defaultValue).toBe(false);
		expect(fields[3]).not.toHaveProperty('defaultValue');
	});

	it('arrive as they were filled in, the rest left to the app', async () => {
		const { fields } = (await world.engine.callMethod(
			'resourceMapping',
			'getInputs',
			{},
			credentials('chat-vars'),
		)) as ResourceMapperFields;
		const value = { name: '', about: null, colour: 'red', age: 0, agree: false };
		const schema = fields.map((field) => ({ ...field, readOnly: false, removed: false }));
		itemOf(
			await world.send('chat-vars', {
				inputs: { mappingMode: 'defineBelow', value, schema, matchingColumns: [] } as never,
			}),
		);
		expect(world.seen('POST', '/v1/chat-messages').at(-1)?.body).toMatchObject({
			inputs: { name: '', colour: 'red', age: 0, agree: false },
		});
	});
});

describe('the list of conversations', () => {
	it("is the user's own, searched by name, a page at a time", async () => {
		for (let index = 0; index < 103; index++) {
			world.dify.enqueue('chat-plain', { script: { text: 'x' } });
		}
		const items = Array.from({ length: 103 }, (_, index) => ({ json: { index } }));
		itemOf(
			await world.send(
				'chat-plain',
				{ query: '=tide {{ $json.index }}', user: 'bea', options: { maxConcurrency: 8 } },
				{ items },
			),
		);
		const search = async (
			user: string,
			...args: Array<string | undefined>
		): Promise<{ results: Array<{ name: string; value: string }>; paginationToken?: string }> =>
			(await world.engine.callMethod(
				'listSearch',
				'searchConversations',
				{ user },
				credentials('chat-plain'),
				...args,
			)) as never;
		const first = await search('bea');
		expect(first.results).toHaveLength(100);
		const second = await search('bea', undefined, first.paginationToken);
		expect(second.results).toHaveLength(3);
		expect(second.paginationToken).toBeUndefined();
		const all = [...first.results, ...second.results];
		expect(new Set(all.map(({ value }) => value)).size).toBe(103);
		expect((await search('bea', 'TIDE 102')).results.map(({ name }) => name)).toEqual([
			expect.stringMatching(/^tide 102 · \d{4}-\d\d-\d\d \d\d:\d\d$/),
		]);
		expect((await search('nobody')).results).toEqual([]);
	}, 60_000);

	it('says what is wrong where it cannot be had', async () => {
		const wrong = { ...credentials('chat-plain'), apiKey: 'app-not-a-key-at-all' };
		await expect(
			world.engine.callMethod('listSearch', 'searchConversations', { user: 'n8n' }, wrong),
		).rejects.toThrow('Access token is invalid');
	});
});

describe('the test of the credential', () => {
	it('passes with a right key, with and without /v1', async () => {
		const right = credentials('agent-fc');
		for (const baseUrl of [
			right.baseUrl,
			`${right.baseUrl}/`,
			world.dify.origin,
			`${world.dify.origin}/`,
		]) {
			expect(await world.engine.testCredential({ ...right, baseUrl })).toEqual({
				status: 'OK',
				message: 'Connection successful!',
			});
		}
	});

	it.each([
		['a wrong key', (): object => ({ apiKey: 'app-not-a-key' })],
		['a port nobody listens at', (): object => ({ baseUrl: 'http://127.0.0.1:1/v1' })],
		['a path that is not the API', (): object => ({ baseUrl: `${world.dify.origin}/nope` })],
	])('fails with %s', async (_, wrong) => {
		const result = await world.engine.testCredential({ ...credentials('chat-plain'), ...wrong() });
		expect(result.status).toBe('Error');
		expect(result.message).not.toBe('');
	});

	it.each([
		['a web page', 200, { 'content-type': 'text/html' }],
		['a redirect', 302, { location: 'http://127.0.0.1:1/v1/info' }],
	])('fails with a base URL that answers %s', async (_, status, headers) => {
		const server = createServer((_request, response) => {
			response
				.writeHead(status, headers as Record<string, string>)
				.end('<!doctype html><html></html>');
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		try {
			const result = await world.engine.testCredential({ apiKey: 'app-1', baseUrl });
			expect(result.status).toBe('Error');
		} finally {
			server.closeAllConnections();
			server.close();
		}
	});
});
