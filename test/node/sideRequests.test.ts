import { gzipSync } from 'node:zlib';
import { getItem, toLocator, waitUntil } from './testBed';
import type { Handler, HandWrittenServer, Routes } from './handWrittenServer';
import {
	CONVERSATION_ID,
	MESSAGE_ID,
	RUN_ID,
	chatbotAnswer,
	event,
	pause,
	serve,
	withServer,
	workflowEvent,
	writeJson,
	writeStream,
} from './handWrittenServer';

/** What a check, a list or a recovery can get instead of Dify's answer. */
const ODD_ANSWERS: Array<[string, Handler]> = [
	['nothing', () => undefined],
	[
		'headers without a body',
		(response): void => {
			response.writeHead(200, { 'Content-Type': 'application/json' });
			response.flushHeaders();
		},
	],
	[
		'status 204',
		(response): void => {
			response.writeHead(204);
			response.end();
		},
	],
	['null', (response) => writeJson(response, null)],
	['a number', (response) => writeJson(response, 7)],
	['a text', (response) => writeJson(response, 'x')],
	['a list', (response) => writeJson(response, [1])],
	[
		'a list that is nested too deeply to be written as JSON',
		(response): void => {
			response.writeHead(200, { 'Content-Type': 'application/json' });
			response.end('['.repeat(100_000) + ']'.repeat(100_000));
		},
	],
	[
		'a web page',
		(response): void => {
			response.writeHead(200, { 'Content-Type': 'text/html' });
			response.end('<html></html>');
		},
	],
	[
		'an endless body',
		async (response): Promise<void> => {
			response.writeHead(200, { 'Content-Type': 'application/json' });
			response.write('{"data": "');
			while (!response.destroyed) {
				response.write('x'.repeat(64 * 1024));
				await pause(1);
			}
		},
	],
];

const FILE = {
	data: Buffer.from('x').toString('base64'),
	mimeType: 'image/png',
	fileName: 'a.png',
};
const FILES = { file: [{ source: 'binary', binaryPropertyName: 'data', type: 'image' }] };

let server: HandWrittenServer | undefined;

async function open(routes: Routes): Promise<HandWrittenServer> {
	server = await serve(routes);
	return server;
}

afterEach(async () => {
	await server?.close();
	server = undefined;
});

describe('send: a check of the app neither holds nor loses the answer', () => {
	const routes: Routes = {
		'POST /v1/files/upload': (response) =>
			writeJson(response, { id: '00000008-1111-4222-8333-444444444444', name: 'a.png' }, 201),
		'POST /v1/chat-messages': (response) => {
			writeStream(response, chatbotAnswer('whole'));
			response.end();
		},
	};

	it.concurrent.each(ODD_ANSWERS)(
		'GET /parameters answers with %s',
		async (_, parameters) =>
			await withServer({ ...routes, 'GET /v1/parameters': parameters }, async ({ send }) => {
				const items = [{ json: {}, binary: { data: FILE } }];
				const outcome = await send({ files: FILES }, { items });
				expect(getItem(outcome)).toMatchObject({ answer: 'whole' });
				expect(outcome.durationMs).toBeLessThan(8_000);
				expect(outcome.hints).toEqual([]);
			}),
	);

	it('sends a file over 1 MiB although GET /parameters is unreadable', async () => {
		const { send } = await open({ ...routes, 'GET /v1/parameters': (r) => writeJson(r, null) });
		const data = Buffer.alloc(1024 * 1024 + 1).toString('base64');
		const items = [{ json: {}, binary: { data: { ...FILE, data } } }];
		expect(getItem(await send({ files: FILES }, { items }))).toMatchObject({ answer: 'whole' });
	});
});

describe('recovery: an odd answer of GET /messages does not lose the partial answer', () => {
	it.concurrent.each(ODD_ANSWERS.slice(2))('GET /messages answers with %s', async (_, messages) => {
		const routes: Routes = {
			'POST /v1/chat-messages': async (response) => {
				writeStream(response, event('message', { answer: 'one two' }));
				await pause(20);
				response.destroy();
			},
			'GET /v1/messages': messages,
		};
		await withServer(routes, async ({ send, requests }) => {
			const { outputs } = await send({}, { onError: 'continueRegularOutput' });
			expect(outputs[0]?.[0]?.json).toMatchObject({ answer: 'one two', status: 'truncated' });
			expect(requests).toContain('GET /v1/messages');
			expect(requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
		});
	});
});

it('recovery: does not wait if the ids of the run cannot be used in a request', async () => {
	const { send, requests } = await open({
		'POST /v1/chat-messages': async (response) => {
			const ids = { conversation_id: null, message_id: null, workflow_run_id: '..' };
			writeStream(response, event('workflow_started', { ...ids, data: { id: '..' } }));
			await pause(20);
			response.destroy();
		},
	});
	const { error, durationMs } = await send({ options: { idleTimeout: 4 } });
	expect(error?.message).toBe('The connection broke before the answer was complete');
	expect(requests).toEqual(['POST /v1/chat-messages']);
	expect(durationMs).toBeLessThan(2_000);
});

describe('lists and reads: another shape than the endpoint has is an error, never an item', () => {
	const bodies = [
		7,
		'x',
		null,
		[],
		{ code: 401, msg: 'token expired' },
		{ data: null },
		{ data: [7] },
	];

	it.each(bodies)('GET /conversations answers with %j', async (body) => {
		const { run, callMethod } = await open({
			'GET /v1/conversations': (response) => writeJson(response, body),
		});
		const parameters = { resource: 'conversation', operation: 'getAll', returnAll: true };
		const { error } = await run(parameters);
		expect(error?.message).toBe(
			`Unexpected response to GET /conversations: ${JSON.stringify(body)}`,
		);
		await expect(callMethod('searchConversations', {})).rejects.toThrow(
			'Unexpected response to GET /conversations',
		);
	});

	it.each([7, 'x', [1]])('GET /info answers with %j', async (body) => {
		const { run } = await open({ 'GET /v1/info': (response) => writeJson(response, body) });
		const { error } = await run({ resource: 'app', operation: 'getInfo' });
		expect(error?.message).toContain('Unexpected response to GET /info');
	});

	it('a list whose body stalls ends with a cancel, and its connection closes', async () => {
		const { run, sockets, requests } = await open({ 'GET /v1/conversations': ODD_ANSWERS[1]![1] });
		const cancel = new AbortController();
		const parameters = { resource: 'conversation', operation: 'getAll', returnAll: true };
		const running = run(parameters, { cancel: cancel.signal });
		await waitUntil(() => requests.length > 0);
		await pause(100);
		cancel.abort();
		await running;
		await waitUntil(() => sockets.size === 0);
	});
});

/** `String()` and `Number()` throw a TypeError for this value. */
const NO_PRIMITIVE = { toString: 1, valueOf: 1 };

describe('lists and forms: a field of another type does not fail the operation', () => {
	it('a time that is an object is ignored', async () => {
		const row = { id: CONVERSATION_ID, name: 'tides', created_at: NO_PRIMITIVE };
		const { run, callMethod } = await open({
			'GET /v1/conversations': (response) => writeJson(response, { data: [row] }),
			'GET /v1/messages': (response) => writeJson(response, { data: [row], has_more: true }),
		});
		expect(await callMethod('searchConversations', {})).toEqual({
			results: [{ name: 'tides', value: CONVERSATION_ID }],
		});
		const conversationId = toLocator(CONVERSATION_ID);
		const parameters = { resource: 'chatMessage', operation: 'getAll', conversationId };
		expect(getItem(await run({ ...parameters, returnAll: true }))).toMatchObject({
			id: CONVERSATION_ID,
		});
	});
});

describe('submit form: the request that submits the form can be canceled', () => {
	it('closes the connections of a form that Dify never confirms', async () => {
		const { run, sockets, requests } = await open({
			'GET /v1/form/human_input/token': (response) => writeJson(response, { inputs: [] }),
			[`GET /v1/workflow/${RUN_ID}/events`]: (response) => writeStream(response, 'event: ping\n\n'),
			'POST /v1/form/human_input/token': () => undefined,
		});
		const cancel = new AbortController();
		const parameters = {
			resource: 'chatMessage',
			operation: 'submitForm',
			form: 'token',
			workflowRunId: RUN_ID,
			action: { __rl: true, mode: 'id', value: 'approve' },
		};
		const running = run(parameters, { cancel: cancel.signal });
		await waitUntil(() => requests.some((request) => request.startsWith('POST')));
		cancel.abort();
		await running;
		await waitUntil(() => sockets.size === 0);
	});
});

describe('caps', () => {
	it('app: a gzip bomb is refused by its size after decompression', async () => {
		const bomb = gzipSync(Buffer.alloc(70 * 1024 * 1024, ' '));
		const { run } = await open({
			'GET /v1/info': (response) => {
				response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
				response.end(bomb);
			},
		});
		const { error } = await run({ resource: 'app', operation: 'getInfo' });
		expect(error?.message).toBe(
			'The response is larger than 64 MB, the most that the node accepts',
		);
	});
});

describe('sockets', () => {
	const held: Array<[string, Handler]> = [
		[
			'a Chatbot whose connection the server keeps open',
			(response) => writeStream(response, chatbotAnswer('done')),
		],
		[
			'a chatflow whose connection the server keeps open',
			(response) =>
				writeStream(
					response,
					workflowEvent('workflow_started') +
						event('message', { answer: 'done' }) +
						event('message_end') +
						workflowEvent('workflow_finished', { status: 'succeeded' }),
				),
		],
		[
			'an endless error page',
			(response): void => {
				response.writeHead(400, { 'Content-Type': 'text/plain' });
				response.write('x'.repeat(20_000));
			},
		],
	];

	it.each(held)('send: closes the connection of %s', async (_, handler) => {
		const { run, sockets } = await open({ 'POST /v1/chat-messages': handler });
		const items = Array.from({ length: 40 }, () => ({ json: {} }));
		const parameters = {
			resource: 'chatMessage',
			operation: 'send',
			query: 'hello',
			options: { maxConcurrency: 10 },
		};
		const { outputs } = await run(parameters, { items, onError: 'continueRegularOutput' });
		expect(outputs[0]).toHaveLength(40);
		await waitUntil(() => sockets.size === 0);
	});
});

describe('hints', () => {
	it('send: says that Dify replaced an unknown conversation', async () => {
		const { send } = await open({
			'POST /v1/chat-messages': (response) => {
				writeStream(response, chatbotAnswer('hi'), { version: '1.15.0' });
				response.end();
			},
		});
		const value = '0000000a-1111-4222-8333-444444444444';
		const { hints } = await send({ conversationId: { __rl: true, mode: 'id', value } });
		expect(hints.map(({ message }) => message)).toEqual([
			`Dify started a new conversation (${CONVERSATION_ID}), because it does not know the conversation ${value} of this user`,
		]);
	});

	it('send: says that Dify 1.16 stops a run which paused in blocking mode', async () => {
		const { send } = await open({
			'POST /v1/chat-messages': (response) => {
				response.setHeader('X-Version', '1.16.0');
				writeJson(response, {
					event: 'workflow_paused',
					answer: '',
					message_id: MESSAGE_ID,
					conversation_id: CONVERSATION_ID,
					workflow_run_id: RUN_ID,
					mode: 'advanced-chat',
					data: { reasons: [] },
				});
			},
		});
		const { hints } = await send({ responseMode: 'blocking' });
		expect(hints).toHaveLength(1);
		expect(hints[0]?.message).toContain("Set 'Response Mode' to 'Streaming'");
	});
});
