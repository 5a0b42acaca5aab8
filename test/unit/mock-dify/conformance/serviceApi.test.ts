import { request } from 'undici';
import { UUID_PATTERN } from '../../../../mock-dify/http/validation';
import { createSseDecoder } from '../../../../protocol/stream/sseDecoder';
import { RunAccumulator } from '../../../../protocol/stream/accumulator';
import type { MockDify } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';

/**
 * Tests that every Dify server must pass, whatever its model answers. They run against mock-dify by
 * default. To test a real server, set DIFY_BASE_URL and at least one of DIFY_CHAT_KEY, DIFY_AGENT_KEY and
 * DIFY_CHATFLOW_KEY. The apps must not have required inputs.
 */

const { DIFY_BASE_URL, DIFY_CHAT_KEY, DIFY_AGENT_KEY, DIFY_CHATFLOW_KEY } = process.env;
const isReal = DIFY_BASE_URL !== undefined && DIFY_BASE_URL !== '';

/** The kind of app, its mode, the API key on a real server, and the app's name in mock-dify. */
const APP_KINDS = [
	['chatbot', 'chat', DIFY_CHAT_KEY, 'chat-plain'],
	['agent', 'agent-chat', DIFY_AGENT_KEY, 'agent-fc'],
	['chatflow', 'advanced-chat', DIFY_CHATFLOW_KEY, 'flow-plain'],
] as const;
const testedKinds = APP_KINDS.filter(([, , key]) => !isReal || (key !== undefined && key !== ''));

let mockDify: MockDify | undefined;

beforeAll(async () => {
	if (!isReal) mockDify = await startMockDify({ lingerMs: 50 });
});

afterAll(async () => {
	await mockDify?.close();
});

interface CallResponse {
	status: number;
	type: string;
	text: string;
	json: () => Record<string, unknown>;
}

async function call(
	key: string,
	method: 'GET' | 'POST',
	path: string,
	body?: object,
): Promise<CallResponse> {
	const response = await request(`${DIFY_BASE_URL ?? mockDify?.baseUrl}${path}`, {
		method,
		headers: {
			authorization: `Bearer ${key}`,
			...(body !== undefined && { 'content-type': 'application/json' }),
		},
		...(body !== undefined && { body: JSON.stringify(body) }),
		bodyTimeout: 120_000,
	});
	const text = await response.body.text();
	return {
		status: response.statusCode,
		type: String(response.headers['content-type']),
		text,
		json: () => JSON.parse(text) as Record<string, unknown>,
	};
}

it('Service API: the test has an API key for at least one kind of app', () => {
	expect(testedKinds.length).toBeGreaterThan(0);
});

describe.each(testedKinds)('Service API of a %s', (_, mode, realKey, mockName) => {
	const key = (): string => realKey ?? mockDify?.key(mockName) ?? '';
	const user = `conformance-${Date.now()}`;
	const chatRequest = (fields: object = {}): object => ({
		inputs: {},
		query: 'Say one word.',
		user,
		response_mode: 'streaming',
		...fields,
	});

	it('describes the app in /info and /parameters', async () => {
		const info = await call(key(), 'GET', '/info');
		expect(info.status).toBe(200);
		expect(info.json()).toMatchObject({ name: expect.any(String), mode });
		const parameters = await call(key(), 'GET', `/parameters?user=${user}`);
		expect(parameters.json()).toMatchObject({
			user_input_form: expect.any(Array),
			file_upload: expect.any(Object),
		});
	});

	it('rejects an invalid API key', async () => {
		const response = await call('app-not-a-key', 'GET', '/info');
		expect([response.status, response.json().code]).toEqual([401, 'unauthorized']);
	});

	it('streams a complete run with stable ids and continues the conversation', async () => {
		const first = await call(key(), 'POST', '/chat-messages', chatRequest());
		expect([first.status, first.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
		const accumulator = new RunAccumulator();
		const conversations = new Set<unknown>();
		const decoder = createSseDecoder((message) => {
			if (!message.ok) throw new Error('The stream contains a malformed message');
			accumulator.push(message.event);
			if ('conversation_id' in message.event) conversations.add(message.event.conversation_id);
		});
		decoder.push(Buffer.from(first.text));
		decoder.end();
		const result = accumulator.snapshot();
		expect(result).toMatchObject({ status: 'completed', mode });
		expect(accumulator.unknownEventCount).toBe(0);
		expect([...conversations]).toEqual([expect.stringMatching(UUID_PATTERN)]);
		const [conversation_id] = conversations;

		const second = await call(key(), 'POST', '/chat-messages', chatRequest({ conversation_id }));
		expect(second.text).toContain(String(conversation_id));
		const messages = await call(
			key(),
			'GET',
			`/messages?user=${user}&conversation_id=${String(conversation_id)}`,
		);
		const { data } = messages.json() as { data: Array<{ created_at: number }> };
		expect(data).toHaveLength(2);
		expect(data[0]?.created_at).toBeLessThanOrEqual(data[1]?.created_at ?? 0);
		const list = await call(key(), 'GET', `/conversations?user=${user}`);
		expect(list.text).toContain(String(conversation_id));
		const others = await call(
			key(),
			'GET',
			`/messages?user=someone-else&conversation_id=${String(conversation_id)}`,
		);
		expect([others.status, others.json().code]).toEqual([404, 'not_found']);
	}, 120_000);

	it('answers a blocking request, except in agent apps', async () => {
		const answer = await call(
			key(),
			'POST',
			'/chat-messages',
			chatRequest({ response_mode: 'blocking' }),
		);
		if (mode === 'agent-chat') {
			expect([answer.status, answer.json().code]).toEqual([400, 'invalid_param']);
			return;
		}
		expect(answer.status).toBe(200);
		expect(answer.json()).toMatchObject({
			event: 'message',
			mode,
			answer: expect.any(String),
			message_id: expect.any(String),
		});
	}, 120_000);

	it.each([
		['no user', { user: undefined }],
		['no query', { query: undefined }],
		['no inputs', { inputs: undefined }],
		['inputs that are not an object', { inputs: [] }],
		['an unknown response mode', { response_mode: 'turbo' }],
		['an invalid conversation id', { conversation_id: 'x' }],
	])('rejects a request with %s', async (_description, fields) => {
		const response = await call(key(), 'POST', '/chat-messages', chatRequest(fields));
		expect([response.status, response.json().code]).toEqual([400, 'invalid_param']);
	});

	it('accepts a stop request for an unknown task', async () => {
		const stop = await call(
			key(),
			'POST',
			'/chat-messages/aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee/stop',
			{ user },
		);
		expect([stop.status, stop.json()]).toEqual([200, { result: 'success' }]);
	});
});
