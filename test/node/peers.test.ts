import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { World } from './harness';
import { itemOf, openWorld, until } from './harness';

/** What the nodes for Dify before this one get wrong, a test for each. */

let world: World;

beforeAll(async () => {
	world = await openWorld({ lingerMs: 20 });
});

afterAll(async () => {
	await world.dify.close();
});

const lastChat = (): Record<string, unknown> =>
	world.seen('POST', '/v1/chat-messages').at(-1)?.body as Record<string, unknown>;

it('1. a stream that stalls is given up, and its connection closed', async () => {
	world.dify.enqueue('chat-plain', {
		script: { text: 'a b c' },
		faults: [{ kind: 'stall', afterTokens: 1 }],
	});
	const outcome = await world.send('chat-plain', { options: { idleTimeout: 1, recover: false } });
	expect(outcome.error?.message).toBe('Dify sent nothing for 1 s [item 0]');
	await until(() => world.seen('POST', '/v1/chat-messages').at(-1)?.closedByClient === true);
});

it('2. the key goes to the base URL alone, put there by n8n', async () => {
	itemOf(await world.send('chat-plain'));
	const headers = world.dify.requests.at(-1)?.headers;
	expect(headers?.authorization).toBe(`Bearer ${world.dify.key('chat-plain')}`);
	expect(headers?.host).toBe(new URL(world.dify.origin).host);
});

it('3. data lines are read without a space after the colon, and a bad line costs only itself', async () => {
	const body =
		'data:{"event":"message","answer":"a"}\n\ndata: {oops\n\ndata:{"event":"message","answer":"b"}\n\ndata:{"event":"message_end"}\n\n';
	world.dify.enqueue('chat-plain', {
		faults: [{ kind: 'http', status: 200, contentType: 'text/event-stream', body }],
	});
	const outcome = await world.send('chat-plain');
	expect(itemOf(outcome)).toMatchObject({ answer: 'ab', status: 'completed' });
	expect(outcome.hints.map(({ message }) => message)).toEqual([
		"Skipped 1 message of Dify's stream that could not be read [item 0]",
	]);
});

it('4. a run that failed is no item that says completed', async () => {
	world.dify.enqueue('flow-plain', {
		script: { tokens: [], workflowStatus: 'failed', workflowError: 'node broke' },
	});
	expect((await world.send('flow-plain')).error?.message).toBe('node broke [item 0]');
});

it('5. every event counts: thoughts, files, sources, replacements', async () => {
	world.dify.enqueue('agent-fc', {
		script: {
			text: 'noon',
			thoughts: [{ tool: 'clock', observation: '12:00' }, { thought: 'done' }],
			files: [{ url: 'https://example.com/a.png' }],
			retrieverResources: [{ position: 1 }],
		},
	});
	const item = itemOf(await world.send('agent-fc', { simplify: false }));
	expect(item).toMatchObject({
		answer: 'noon',
		agent_thoughts: [{ tool: 'clock', observation: '12:00' }, { thought: 'noon' }],
		files: [{ url: 'https://example.com/a.png' }],
		metadata: { retriever_resources: [{ position: 1 }] },
	});
});

it('6. a thousand tokens give one item, not a thousand', async () => {
	world.dify.enqueue('chat-plain', { script: { tokens: Array<string>(1_000).fill('x') } });
	const { outputs } = await world.send('chat-plain');
	expect(outputs[0]).toHaveLength(1);
	expect(outputs[0]?.[0]?.json.answer).toBe('x'.repeat(1_000));
});

it('7. files have the shape that Dify reads', async () => {
	const url = 'https://example.com/a.png';
	itemOf(
		await world.send('chat-plain', { files: { file: [{ source: 'url', url, type: 'auto' }] } }),
	);
	expect(lastChat().files).toEqual([{ type: 'image', transfer_method: 'remote_url', url }]);
});

it('8. the upload’s part is named file, and has the user of the message', async () => {
	const binary = {
		data: await world.engine.prepareBinary(Buffer.from('x'), 'a.txt', 'text/plain'),
	};
	const file = [{ source: 'binary', binaryPropertyName: 'data', type: 'auto' }];
	itemOf(
		await world.send(
			'chat-plain',
			{ user: 'cleo', files: { file } },
			{ items: [{ json: {}, binary }] },
		),
	);
	expect(world.seen('POST', '/v1/files/upload').at(-1)?.body).toMatchObject({
		fields: { user: 'cleo' },
		files: [{ fieldname: 'file' }],
	});
	expect(lastChat().user).toBe('cleo');
});

// 9. binary data outside the item: files.test.ts runs in filesystem mode too.

it('10. the question is sent as it was asked', async () => {
	const query = `<b>"a" & 'b'</b> \u2028 \\n {{ x }}`;
	itemOf(
		await world.send(
			'chat-plain',
			{ query: '={{ $json.query }}' },
			{ items: [{ json: { query } }] },
		),
	);
	expect(lastChat().query).toBe(query);
});

it.each([500, 502, 503, 504])('11. a question that %s answers is asked once', async (status) => {
	const before = world.seen('POST', '/v1/chat-messages').length;
	world.dify.enqueue('chat-plain', {
		faults: [{ kind: 'http', status, contentType: 'text/html', body: '<html></html>' }],
	});
	expect((await world.send('chat-plain')).error?.message).toContain(String(status));
	expect(world.seen('POST', '/v1/chat-messages').length - before).toBe(1);
});

it('12. inputs keep their types, and a key such as __proto__ is no way in', async () => {
	const inputsJson =
		'{"zero":0,"no":false,"empty":"","list":[1],"object":{"a":null},"__proto__":{"polluted":true}}';
	itemOf(await world.send('chat-plain', { inputsMode: 'json', inputsJson }));
	expect(lastChat().inputs).toMatchObject({
		zero: 0,
		no: false,
		empty: '',
		list: [1],
		object: { a: null },
	});
	expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

it('13. an answer may take longer than any limit that was not asked for', async () => {
	world.dify.enqueue('chat-plain', { script: { text: 'late', firstTokenMs: 1_500 } });
	const item = itemOf(await world.send('chat-plain', { simplify: false }));
	expect(item).toMatchObject({ answer: 'late', timing: { ttft_ms: expect.any(Number) } });
	expect((item.timing as { ttft_ms: number }).ttft_ms).toBeGreaterThan(1_400);
});

it('14. no inputs are as good as some', async () => {
	for (const inputsJson of ['{}', '', '  ']) {
		itemOf(await world.send('chat-plain', { inputsMode: 'json', inputsJson }));
		expect(lastChat().inputs).toEqual({});
	}
});

it('15. each item has its own parameters, and a failure says which item', async () => {
	const items = [{ json: { q: 'one' } }, { json: { q: 'two' } }, { json: { q: '' } }];
	const { error } = await world.send('chat-plain', { query: '={{ $json.q }}' }, { items });
	expect(error?.message).toBe("'Query' is empty [item 2]");
	expect(error?.context).toMatchObject({ itemIndex: 2 });
	expect(
		world
			.seen('POST', '/v1/chat-messages')
			.slice(-2)
			.map(({ body }) => (body as { query: string }).query),
	).toEqual(['one', 'two']);
});

// 16. a credential test that can fail: form.test.ts.

it('17. ids are whatever Dify gives', async () => {
	const first = itemOf(await world.send('chat-plain'));
	const conversationId = { __rl: true, mode: 'list', value: first.conversation_id as string };
	expect(itemOf(await world.send('chat-plain', { conversationId })).conversation_id).toBe(
		first.conversation_id,
	);
});

it('18. the base URL may be http, bare, below a path, with slashes at its end', async () => {
	const apiKey = world.dify.key('chat-plain');
	for (const baseUrl of [
		world.dify.origin,
		`${world.dify.origin}//`,
		`${world.dify.baseUrl}/`,
		` ${world.dify.baseUrl} `,
	]) {
		itemOf(await world.send('chat-plain', {}, { credentials: { apiKey, baseUrl } }));
	}
	const { error } = await world.send(
		'chat-plain',
		{},
		{ credentials: { apiKey, baseUrl: 'ftp://api.dify.ai' } },
	);
	expect(error?.message).toBe(
		'The base URL must be an address that begins with http:// or https:// [item 0]',
	);
});

it('19. text that looks like the protocol, and characters cut in two, arrive whole', async () => {
	const text = 'data: {"event":"message_end"}\n\n你好👋🏽';
	world.dify.enqueue('chat-plain', {
		script: { tokens: [text] },
		faults: [{ kind: 'resplit', bytes: 1 }],
	});
	expect(itemOf(await world.send('chat-plain')).answer).toBe(text);
});

it('20. streaming is the mode unless another is asked for, and an agent says why it must be', async () => {
	itemOf(await world.send('agent-fc'));
	expect(lastChat().response_mode).toBe('streaming');
	const { error } = await world.send('agent-fc', { responseMode: 'blocking' });
	expect(error?.message).toBe('Agent apps support streaming mode only [item 0]');
	expect(error?.description).toContain("'Streaming'");
});

it.each(['1.12', '1.13.0', '1.13.1', '1.14', '1.17'] as const)(
	'21. a chatflow of Dify %s ends once, with all it had',
	async (version) => {
		const other = await openWorld({ version, lingerMs: 100 });
		try {
			other.dify.enqueue('flow-plain', {
				script: { text: 'all of it', retrieverResources: [{ position: 1 }] },
			});
			const { outputs, durationMs } = await other.send('flow-plain', { simplify: false });
			expect(outputs[0]).toEqual([
				expect.objectContaining({
					json: expect.objectContaining({ answer: 'all of it', status: 'completed' }),
				}),
			]);
			expect(outputs[0]?.[0]?.json.workflow).toMatchObject({
				status: 'succeeded',
				outputs: { answer: 'all of it' },
			});
			expect(durationMs).toBeLessThan(5_000);
		} finally {
			await other.dify.close();
		}
	},
);

it.each([
	['{oops', /^'Inputs \(JSON\)' is not valid JSON: .* \[item 0\]$/],
	['[1]', /^'Inputs \(JSON\)' is an array, not an object \[item 0\]$/],
	['"x"', /^'Inputs \(JSON\)' is a string, not an object \[item 0\]$/],
	['null', /^'Inputs \(JSON\)' is null, not an object \[item 0\]$/],
])(
	'22. inputs of %s are the form’s own fault, and nothing is sent',
	async (inputsJson, message) => {
		const before = world.dify.requests.length;
		expect(
			(await world.send('chat-plain', { inputsMode: 'json', inputsJson })).error?.message,
		).toMatch(message);
		expect(world.dify.requests.length).toBe(before);
	},
);

it('22. a proxy’s page is told by its status, not by what JSON makes of it', async () => {
	const server = createServer((_, response) =>
		response.writeHead(404, { 'content-type': 'text/html' }).end('<!doctype html>'),
	);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	try {
		const { error } = await world.send(
			'chat-plain',
			{},
			{ credentials: { apiKey: 'app-1', baseUrl } },
		);
		expect(error?.message).toBe("The base URL returned a web page (404), not Dify's API [item 0]");
	} finally {
		server.closeAllConnections();
		server.close();
	}
});

it('23. an answer without usage, or without metadata, is an answer', async () => {
	world.dify.enqueue('chat-plain', { script: { text: 'x', usage: null } });
	expect(itemOf(await world.send('chat-plain'))).toMatchObject({ answer: 'x', usage: null });
	const body = 'data: {"event":"message","answer":"x"}\n\ndata: {"event":"message_end"}\n\n';
	world.dify.enqueue('chat-plain', {
		faults: [{ kind: 'http', status: 200, contentType: 'text/event-stream', body }],
	});
	expect(itemOf(await world.send('chat-plain'))).toMatchObject({
		answer: 'x',
		usage: null,
		retriever_resources: [],
	});
});

describe('an item that failed, with On Error: Continue', () => {
	it('goes to the error output with what had arrived, beside those that did not', async () => {
		const faults = [
			{
				kind: 'errorEvent',
				afterTokens: 1,
				code: 'completion_request_error',
				status: 400,
				message: 'broke',
			},
		] as const;
		world.dify.enqueue(
			'chat-plain',
			{ script: { text: 'good' } },
			{ script: { text: 'half way' }, faults: [...faults] },
		);
		const items = [{ json: { id: 1 } }, { json: { id: 2 } }];
		const { outputs } = await world.send(
			'chat-plain',
			{},
			{ items, onError: 'continueErrorOutput' },
		);
		expect(outputs.map((output) => output.map(({ json }) => json))).toEqual([
			[expect.objectContaining({ answer: 'good', status: 'completed' })],
			[
				expect.objectContaining({
					error: 'broke [item 1]',
					code: 'completion_request_error',
					http_status: 400,
					status: 'failed',
					answer: 'half',
					conversation_id: expect.any(String),
				}),
			],
		]);
	});
});

it('holds no key in what an execution leaves behind', async () => {
	const outcomes = [
		await world.send('chat-plain', { options: { includeEvents: true }, simplify: false }),
		await world.send('chat-plain', { conversationId: { __rl: true, mode: 'id', value: 'x' } }),
	];
	for (const { run } of outcomes)
		expect(JSON.stringify(run)).not.toContain(world.dify.key('chat-plain'));
});
