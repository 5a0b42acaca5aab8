import { withServer } from './handWrittenServer';
import type { TestBed } from './testBed';
import { getItem, getLastChatBody, startTestBed, toLocator, waitUntil } from './testBed';

/**
 * One test for each known fault of other n8n nodes for Dify, which this node must not have. Three more are
 * tested elsewhere: binary data in files (sendFiles.test.ts), inputs that are no object (sendErrors.test.ts)
 * and a credential test that can fail (credential.test.ts).
 */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20 });
});

afterAll(async () => {
	await testBed.dify.close();
});

it('send: ends a stream that stalls and closes its connection', async () => {
	testBed.dify.enqueue('chat-plain', {
		script: { text: 'a b c' },
		faults: [{ kind: 'stall', afterTokens: 1 }],
	});
	const result = await testBed.send('chat-plain', { options: { idleTimeout: 1, recover: false } });
	expect(result.error?.message).toBe('Dify sent nothing for 1 s');
	await waitUntil(
		() => testBed.findRequests('POST', '/v1/chat-messages').at(-1)?.closedByClient === true,
	);
});

it('send: the API key is sent to the host of the base URL in the Authorization header', async () => {
	getItem(await testBed.send('chat-plain'));
	const headers = testBed.dify.requests.at(-1)?.headers;
	expect(headers?.authorization).toBe(`Bearer ${testBed.dify.key('chat-plain')}`);
	expect(headers?.host).toBe(new URL(testBed.dify.origin).host);
});

it('send: reads data lines without a space after the colon, and skips only an invalid line', async () => {
	const body =
		'data:{"event":"message","answer":"a"}\n\ndata: {oops\n\ndata:{"event":"message","answer":"b"}\n\ndata:{"event":"message_end"}\n\n';
	testBed.dify.enqueue('chat-plain', {
		faults: [{ kind: 'http', status: 200, contentType: 'text/event-stream', body }],
	});
	const result = await testBed.send('chat-plain');
	expect(getItem(result)).toMatchObject({ answer: 'ab', status: 'completed' });
	expect(result.hints.map(({ message }) => message)).toEqual([
		"Skipped 1 message of Dify's stream that could not be read",
	]);
});

it('send: a failed run is an error, not a completed item', async () => {
	testBed.dify.enqueue('flow-plain', {
		script: { tokens: [], workflowStatus: 'failed', workflowError: 'node broke' },
	});
	expect((await testBed.send('flow-plain')).error?.message).toBe('node broke');
});

it('send: collects agent thoughts, files and retriever resources from their events', async () => {
	testBed.dify.enqueue('agent-fc', {
		script: {
			text: 'noon',
			thoughts: [{ tool: 'clock', observation: '12:00' }, { thought: 'done' }],
			files: [{ url: 'https://example.com/a.png' }],
			retrieverResources: [{ position: 1 }],
		},
	});
	const item = getItem(await testBed.send('agent-fc', { simplify: false }));
	expect(item).toMatchObject({
		answer: 'noon',
		agent_thoughts: [{ tool: 'clock', observation: '12:00' }, { thought: 'noon' }],
		files: [{ url: 'https://example.com/a.png' }],
		metadata: { retriever_resources: [{ position: 1 }] },
	});
});

it('send: returns one item for an answer of a thousand tokens', async () => {
	testBed.dify.enqueue('chat-plain', { script: { tokens: Array<string>(1_000).fill('x') } });
	const { outputs } = await testBed.send('chat-plain');
	expect(outputs[0]).toHaveLength(1);
	expect(outputs[0]?.[0]?.json.answer).toBe('x'.repeat(1_000));
});

it('send: describes a file by URL in the form that Dify reads', async () => {
	const url = 'https://example.com/a.png';
	getItem(
		await testBed.send('chat-plain', { files: { file: [{ source: 'url', url, type: 'auto' }] } }),
	);
	expect(getLastChatBody(testBed).files).toEqual([
		{ type: 'image', transfer_method: 'remote_url', url },
	]);
});

it("send: uploads a file in the form field 'file' with the user of the message", async () => {
	const binary = {
		data: await testBed.engine.prepareBinary(Buffer.from('x'), 'a.txt', 'text/plain'),
	};
	const file = [{ source: 'binary', binaryPropertyName: 'data', type: 'auto' }];
	getItem(
		await testBed.send(
			'chat-plain',
			{ user: 'cleo', files: { file } },
			{ items: [{ json: {}, binary }] },
		),
	);
	expect(testBed.findRequests('POST', '/v1/files/upload').at(-1)?.body).toMatchObject({
		fields: { user: 'cleo' },
		files: [{ fieldname: 'file' }],
	});
	expect(getLastChatBody(testBed).user).toBe('cleo');
});

it('send: sends the query unchanged, with markup, quotes, escapes and braces', async () => {
	const query = `<b>"a" & 'b'</b> \u2028 \\n {{ x }}`;
	getItem(
		await testBed.send(
			'chat-plain',
			{ query: '={{ $json.query }}' },
			{ items: [{ json: { query } }] },
		),
	);
	expect(getLastChatBody(testBed).query).toBe(query);
});

it.each([500, 502, 503, 504])(
	'send: sends a message once if the response is %d',
	async (status) => {
		const before = testBed.findRequests('POST', '/v1/chat-messages').length;
		testBed.dify.enqueue('chat-plain', {
			faults: [{ kind: 'http', status, contentType: 'text/html', body: '<html></html>' }],
		});
		expect((await testBed.send('chat-plain')).error?.message).toContain(String(status));
		expect(testBed.findRequests('POST', '/v1/chat-messages').length - before).toBe(1);
	},
);

it('send: inputs keep their types, and the key __proto__ does not change any prototype', async () => {
	const inputsJson =
		'{"zero":0,"no":false,"empty":"","list":[1],"object":{"a":null},"__proto__":{"polluted":true}}';
	getItem(await testBed.send('chat-plain', { inputsMode: 'json', inputsJson }));
	expect(getLastChatBody(testBed).inputs).toMatchObject({
		zero: 0,
		no: false,
		empty: '',
		list: [1],
		object: { a: null },
	});
	expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

it('send: waits for a slow answer if no timeout is set', async () => {
	testBed.dify.enqueue('chat-plain', { script: { text: 'late', firstTokenMs: 1_500 } });
	const item = getItem(await testBed.send('chat-plain', { simplify: false }));
	expect(item).toMatchObject({ answer: 'late', timing: { ttft_ms: expect.any(Number) } });
	expect((item.timing as { ttft_ms: number }).ttft_ms).toBeGreaterThan(1_400);
});

it('send: accepts empty inputs', async () => {
	for (const inputsJson of ['{}', '', '  ']) {
		getItem(await testBed.send('chat-plain', { inputsMode: 'json', inputsJson }));
		expect(getLastChatBody(testBed).inputs).toEqual({});
	}
});

it('send: reads the parameters of each item, and an error names its item', async () => {
	const items = [{ json: { q: 'one' } }, { json: { q: 'two' } }, { json: { q: '' } }];
	const { error } = await testBed.send('chat-plain', { query: '={{ $json.q }}' }, { items });
	expect(error?.message).toBe("'Query' is empty [item 2]");
	expect(error?.context).toMatchObject({ itemIndex: 2 });
	expect(
		testBed
			.findRequests('POST', '/v1/chat-messages')
			.slice(-2)
			.map(({ body }) => (body as { query: string }).query),
	).toEqual(['one', 'two']);
});

it('send: continues a conversation that was picked from the list', async () => {
	const first = getItem(await testBed.send('chat-plain'));
	const conversationId = { ...toLocator(first.conversation_id), mode: 'list' } as const;
	expect(getItem(await testBed.send('chat-plain', { conversationId })).conversation_id).toBe(
		first.conversation_id,
	);
});

it('send: accepts a base URL without /v1, with slashes or spaces at its end, and rejects one without a scheme', async () => {
	const apiKey = testBed.dify.key('chat-plain');
	for (const baseUrl of [
		testBed.dify.origin,
		`${testBed.dify.origin}//`,
		`${testBed.dify.baseUrl}/`,
		` ${testBed.dify.baseUrl} `,
	]) {
		getItem(await testBed.send('chat-plain', {}, { credentials: { apiKey, baseUrl } }));
	}
	const { error } = await testBed.send(
		'chat-plain',
		{},
		{ credentials: { apiKey, baseUrl: 'ftp://api.dify.ai' } },
	);
	expect(error?.message).toBe(
		'The base URL must be an address that begins with http:// or https://',
	);
});

it('send: returns text that looks like an event, and characters that are split between chunks', async () => {
	const text = 'data: {"event":"message_end"}\n\n你好👋🏽';
	testBed.dify.enqueue('chat-plain', {
		script: { tokens: [text] },
		faults: [{ kind: 'resplit', bytes: 1 }],
	});
	expect(getItem(await testBed.send('chat-plain')).answer).toBe(text);
});

it('send: uses streaming mode by default, and explains that an agent app has no other mode', async () => {
	getItem(await testBed.send('agent-fc'));
	expect(getLastChatBody(testBed).response_mode).toBe('streaming');
	const { error } = await testBed.send('agent-fc', { responseMode: 'blocking' });
	expect(error?.message).toBe('Agent apps support streaming mode only');
	expect(error?.description).toContain("'Streaming'");
});

it.each(['1.12', '1.13.0', '1.13.1', '1.14', '1.17'] as const)(
	'send: returns one complete item for a chatflow of Dify %s',
	async (version) => {
		const other = await startTestBed({ version, lingerMs: 100 });
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

it('send: reports the web page of a proxy with its status, not as a JSON error', async () => {
	const { error } = await withServer({}, async ({ send }) => await send());
	expect(error?.message).toBe("The base URL returned a web page (404), not Dify's API");
});

it('send: accepts an answer without usage or without metadata', async () => {
	testBed.dify.enqueue('chat-plain', { script: { text: 'x', usage: null } });
	expect(getItem(await testBed.send('chat-plain'))).toMatchObject({ answer: 'x', usage: null });
	const body = 'data: {"event":"message","answer":"x"}\n\ndata: {"event":"message_end"}\n\n';
	testBed.dify.enqueue('chat-plain', {
		faults: [{ kind: 'http', status: 200, contentType: 'text/event-stream', body }],
	});
	expect(getItem(await testBed.send('chat-plain'))).toMatchObject({
		answer: 'x',
		usage: null,
		retriever_resources: [],
	});
});

it('send: with "Continue (using error output)", a failed item goes to the error output with its partial answer', async () => {
	const faults = [
		{
			kind: 'errorEvent',
			afterTokens: 1,
			code: 'completion_request_error',
			status: 400,
			message: 'broke',
		},
	] as const;
	testBed.dify.enqueue(
		'chat-plain',
		{ script: { text: 'good' } },
		{ script: { text: 'half way' }, faults: [...faults] },
	);
	const items = [{ json: { id: 1 } }, { json: { id: 2 } }];
	const { outputs } = await testBed.send(
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
