import { ITEM_VALUE, testErrorCases } from './errorCases';
import { withServer } from './handWrittenServer';
import type { TestBed } from './testBed';
import { getItem, startTestBed, waitUntil } from './testBed';

/** The operations of the resource App, which return an app's own settings. */

let testBed: TestBed;

const ICONS = {
	clock: 'http://127.0.0.1/clock.svg',
	custom: { background: '#fff', content: '🕰' },
};

beforeAll(async () => {
	testBed = await startTestBed({
		apps: [
			{ name: 'chat-plain', mode: 'chat' },
			{ name: 'agent', mode: 'agent-chat', toolIcons: ICONS },
			{ name: 'bare', mode: 'chat', withoutSite: true },
			{ name: 'off', mode: 'chat', disabled: true },
			{ name: 'workflow', mode: 'workflow' },
		],
	});
});

afterAll(async () => {
	await testBed.dify.close();
});

it.each([
	['chat-plain', 'chat'],
	['agent', 'agent-chat'],
	['workflow', 'workflow'],
])('app getInfo: returns the details of the app %s (mode %s)', async (app, mode) => {
	expect(getItem(await testBed.run({ app, resource: 'app', operation: 'getInfo' }))).toEqual({
		name: app,
		description: `stub app ${app}`,
		tags: [],
		mode,
		author_name: 'admin',
	});
});

it.each([
	['chat-plain', {}],
	['agent', ICONS],
])('app getMeta: returns the tool icons of the app %s', async (app, tool_icons) => {
	expect(getItem(await testBed.run({ app, resource: 'app', operation: 'getMeta' }))).toEqual({
		tool_icons,
	});
});

it.each([
	['getParameters', 'system_parameters', 'sensitive_word_avoidance'],
	['getSite', 'default_language', 'chat_color_theme'],
])('app %s: returns ten fields, or all without Simplify', async (operation, kept, removed) => {
	const simplified = getItem(await testBed.run({ app: 'chat-plain', resource: 'app', operation }));
	expect(Object.keys(simplified)).toHaveLength(10);
	expect(simplified).toHaveProperty(kept);
	expect(simplified).not.toHaveProperty(removed);
	const complete = getItem(
		await testBed.run({
			app: 'chat-plain',
			resource: 'app',
			operation,
			parameters: { simplify: false },
		}),
	);
	expect(complete).toMatchObject(simplified);
	expect(complete).toHaveProperty(removed);
	expect(Object.keys(complete).length).toBeGreaterThan(10);
});

it.each(['getInfo', 'getMeta', 'getParameters', 'getSite'])(
	'app %s: sends one request per input item',
	async (operation) => {
		const items = [{ json: {} }, { json: {} }];
		const { outputs } = await testBed.run(
			{ app: 'chat-plain', resource: 'app', operation },
			{ items },
		);
		expect(outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	},
);

testErrorCases(() => testBed, 'app', [
	...['getInfo', 'getMeta', 'getParameters', 'getSite'].map((operation) => ({
		name: "reports that the app's API is switched off",
		operation,
		app: 'off',
		parameters: { ignored: ITEM_VALUE },
		invalid: 1,
		message: "The app's API service has been disabled.",
		advice: "'API Access'",
		code: 'forbidden',
		status: 403,
	})),
	{
		name: 'reports that the app has no web page',
		operation: 'getSite',
		app: 'bare',
		parameters: { ignored: ITEM_VALUE },
		invalid: 1,
		message:
			"You don't have the permission to access the requested resource. It is either read-protected or not readable by the server.",
		advice: 'before it has a web page of its own',
		code: 'forbidden',
		status: 403,
	},
]);

it('app getInfo: reports a wrong key, an invalid base URL, a refused connection and a web page', async () => {
	const valid = testBed.getCredentials('chat-plain');
	const { origin } = testBed.dify;
	for (const [credentials, message] of [
		[{ ...valid, apiKey: 'app-not-a-key' }, 'Access token is invalid'],
		[{ ...valid, baseUrl: 'ftp://x' }, expect.stringContaining('begins with http://')],
		[{ ...valid, baseUrl: 'http://127.0.0.1:1' }, expect.stringContaining('ECONNREFUSED')],
		[{ ...valid, baseUrl: `${origin}/nope` }, expect.stringContaining('a web page (404)')],
	] as const) {
		const { error } = await testBed.run(
			{ app: 'chat-plain', resource: 'app', operation: 'getInfo' },
			{ credentials },
		);
		expect(error?.message).toEqual(message);
	}
});

it('app getInfo: a canceled execution closes the connection of a request without a response', async () => {
	await withServer({ 'GET /v1/info': () => undefined }, async ({ run, sockets, requests }) => {
		const cancel = new AbortController();
		const parameters = { resource: 'app', operation: 'getInfo' };
		const running = run(parameters, { cancel: cancel.signal });
		await waitUntil(() => requests.length === 1);
		cancel.abort();
		await running;
		await waitUntil(() => sockets.size === 0);
	});
});
