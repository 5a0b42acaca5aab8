import { request } from 'undici';
import { createSseDecoder } from '../../../../protocol/stream/sseDecoder';
import { RunAccumulator } from '../../../../protocol/stream/accumulator';
import type { MockDify } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';

/**
 * What any Dify must do, whatever its model answers. Against mock-dify by default; against a real one
 * with DIFY_BASE_URL and, for the kinds of app there are, DIFY_CHAT_KEY, DIFY_AGENT_KEY and
 * DIFY_CHATFLOW_KEY (apps without required inputs).
 */

const { DIFY_BASE_URL, DIFY_CHAT_KEY, DIFY_AGENT_KEY, DIFY_CHATFLOW_KEY } = process.env;
const isReal = DIFY_BASE_URL !== undefined && DIFY_BASE_URL !== '';

/** Kind of app, its mode, the key to a real one, and the name of mock-dify's. */
const KINDS = [
	['chatbot', 'chat', DIFY_CHAT_KEY, 'chat-plain'],
	['agent', 'agent-chat', DIFY_AGENT_KEY, 'agent-fc'],
	['chatflow', 'advanced-chat', DIFY_CHATFLOW_KEY, 'flow-plain'],
] as const;
const present = KINDS.filter(([, , key]) => !isReal || (key !== undefined && key !== ''));

let local: MockDify | undefined;

beforeAll(async () => {
	if (!isReal) local = await startMockDify({ lingerMs: 50 });
});

afterAll(async () => {
	await local?.close();
});

interface Called {
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
): Promise<Called> {
	const response = await request(`${DIFY_BASE_URL ?? local?.baseUrl}${path}`, {
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

it('has a key for one kind of app at least', () => {
	expect(present.length).toBeGreaterThan(0);
});

describe.each(present)('a %s', (_, mode, realKey, localName) => {
	const key = (): string => realKey ?? local?.key(localName) ?? '';
	const user = `conformance-${Date.now()}`;
	const ask = (more: object = {}): object => ({
		inputs: {},
		query: 'Say one word.',
		user,
		response_mode: 'streaming',
		...more,
	});

	it('says what it is', async () => {
		const info = await call(key(), 'GET', '/info');
		expect(info.status).toBe(200);
		expect(info.json()).toMatchObject({ name: expect.any(String), mode });
		const parameters = await call(key(), 'GET', `/parameters?user=${user}`);
		expect(parameters.json()).toMatchObject({
			user_input_form: expect.any(Array),
			file_upload: expect.any(Object),
		});
	});

	it('refuses a wrong key', async () => {
		const refused = await call('app-not-a-key', 'GET', '/info');
		expect([refused.status, refused.json().code]).toEqual([401, 'unauthorized']);
	});

	it('streams, ends, keeps its ids, and continues its conversation', async () => {
		const first = await call(key(), 'POST', '/chat-messages', ask());
		expect([first.status, first.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
		const collector = new RunAccumulator();
		const conversations = new Set<unknown>();
		const decoder = createSseDecoder((frame) => {
			if (!frame.ok) throw new Error('a line is no event');
			collector.push(frame.event);
			if ('conversation_id' in frame.event) conversations.add(frame.event.conversation_id);
		});
		decoder.push(Buffer.from(first.text));
		decoder.end();
		const result = collector.snapshot();
		expect(result).toMatchObject({ status: 'completed', mode });
		expect(collector.unknownEventCount).toBe(0);
		expect([...conversations]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
		const [conversation_id] = conversations;

		const second = await call(key(), 'POST', '/chat-messages', ask({ conversation_id }));
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

	it('answers in one body, but for an agent', async () => {
		const answer = await call(key(), 'POST', '/chat-messages', ask({ response_mode: 'blocking' }));
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
		['inputs that are no object', { inputs: [] }],
		['a mode there is not', { response_mode: 'turbo' }],
		['a conversation id that is none', { conversation_id: 'x' }],
	])('refuses %s', async (_what, more) => {
		const refused = await call(key(), 'POST', '/chat-messages', ask(more));
		expect([refused.status, refused.json().code]).toEqual([400, 'invalid_param']);
	});

	it('takes a stop of a task it does not know', async () => {
		const stop = await call(
			key(),
			'POST',
			'/chat-messages/aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee/stop',
			{ user },
		);
		expect([stop.status, stop.json()]).toEqual([200, { result: 'success' }]);
	});
});
