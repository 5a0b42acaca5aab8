import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { World } from './harness';
import { itemOf, openWorld, until } from './harness';
import { itRefuses, VALUE } from './refusals';

/** What an app says of itself. */

let world: World;

const ICONS = {
	clock: 'http://127.0.0.1/clock.svg',
	custom: { background: '#fff', content: '🕰' },
};

beforeAll(async () => {
	world = await openWorld({
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
	await world.dify.close();
});

it.each([
	['chat-plain', 'chat'],
	['agent', 'agent-chat'],
	['workflow', 'workflow'],
])('Get Info: %s', async (app, mode) => {
	expect(itemOf(await world.run(app, 'app', 'getInfo'))).toEqual({
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
])('Get Meta: %s', async (app, tool_icons) => {
	expect(itemOf(await world.run(app, 'app', 'getMeta'))).toEqual({ tool_icons });
});

it.each([
	['getParameters', 'system_parameters', 'sensitive_word_avoidance'],
	['getSite', 'default_language', 'chat_color_theme'],
])('%s keeps ten fields, or all of them', async (operation, kept, left) => {
	const simple = itemOf(await world.run('chat-plain', 'app', operation));
	expect(Object.keys(simple)).toHaveLength(10);
	expect(simple).toHaveProperty(kept);
	expect(simple).not.toHaveProperty(left);
	const whole = itemOf(await world.run('chat-plain', 'app', operation, { simplify: false }));
	expect(whole).toMatchObject(simple);
	expect(whole).toHaveProperty(left);
	expect(Object.keys(whole).length).toBeGreaterThan(10);
});

it.each(['getInfo', 'getMeta', 'getParameters', 'getSite'])(
	'%s asks for each item',
	async (operation) => {
		const items = [{ json: {} }, { json: {} }];
		const { outputs } = await world.run('chat-plain', 'app', operation, {}, { items });
		expect(outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	},
);

describe('is refused', () => {
	itRefuses(() => world, 'app', [
		...['getInfo', 'getMeta', 'getParameters', 'getSite'].map((operation) => ({
			name: 'an app whose API is switched off',
			operation,
			app: 'off',
			parameters: { ignored: VALUE },
			bad: 1,
			message: "The app's API service has been disabled.",
			advice: "'API Access'",
			code: 'forbidden',
			status: 403,
		})),
		{
			name: 'an app without a web page',
			operation: 'getSite',
			app: 'bare',
			parameters: { ignored: VALUE },
			bad: 1,
			message:
				"You don't have the permission to access the requested resource. It is either read-protected or not readable by the server.",
			advice: 'before it has a web page of its own',
			code: 'forbidden',
			status: 403,
		},
	]);

	it('a wrong key, an address that is none, a page', async () => {
		const { baseUrl, origin } = world.dify;
		const right = { apiKey: world.dify.key('chat-plain'), baseUrl };
		for (const [credentials, message] of [
			[{ ...right, apiKey: 'app-not-a-key' }, 'Access token is invalid'],
			[{ ...right, baseUrl: 'ftp://x' }, expect.stringContaining('begins with http://')],
			[{ ...right, baseUrl: 'http://127.0.0.1:1' }, expect.stringContaining('ECONNREFUSED')],
			[{ ...right, baseUrl: `${origin}/nope` }, expect.stringContaining('a web page (404)')],
		] as const) {
			const outcome = await world.run('chat-plain', 'app', 'getInfo', {}, { credentials });
			expect(outcome.error?.message).toEqual(message);
		}
	});
});

it('a cancelled execution lets go of a Dify that does not answer', async () => {
	const sockets: Socket[] = [];
	const silent = createServer().on('connection', (socket) => sockets.push(socket));
	await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
	const baseUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
	const cancel = new AbortController();
	try {
		const credentials = { apiKey: 'app-1', baseUrl };
		const job = { credentials, cancel: cancel.signal };
		const running = world.run('chat-plain', 'app', 'getInfo', {}, job);
		await until(() => sockets.length === 1);
		cancel.abort();
		await running;
		await until(() => sockets[0]?.closed === true);
	} finally {
		silent.closeAllConnections();
		silent.close();
	}
});
