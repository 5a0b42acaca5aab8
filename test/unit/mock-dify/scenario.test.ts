import type { MockDify, AnswerScript } from '../../../mock-dify';
import { startMockDify } from '../../../mock-dify';
import type { Event } from './ask';
import { askFor, named, storyOf } from './ask';

/** What a script says stands on the wire, when it says so. */

let dify: MockDify;

beforeAll(async () => {
	dify = await startMockDify({ lingerMs: 20 });
});

afterAll(async () => {
	await dify.close();
});

const [CHATBOT, AGENT, CHATFLOW] = ['chat-plain', 'agent-fc', 'flow-plain'];
const TEXT = 'one two three four five';
/** A timer may fire a little before its time. */
const EARLY_MS = 3;

/** What stands between the writes, in ms. */
function gapsOf(stamps: number[]): number[] {
	return stamps.slice(1).map((stamp, index) => stamp - (stamps[index] ?? 0));
}

/** The one event of a name, without what stands around every event. */
function only(events: Array<Event | string>, name: string): Event {
	const found = named(events, name);
	expect(found).toHaveLength(1);
	const { event: _, conversation_id, message_id, created_at, task_id, ...own } = found[0] ?? {};
	expect([conversation_id, message_id, created_at, task_id]).not.toContain(undefined);
	return own;
}

describe('text', () => {
	it('comes word by word, so that it can be put together again', async () => {
		const text = ' two  spaces\nand a line \n';
		const { events } = await askFor(dify, CHATBOT, { script: { text } });
		const pieces = named(events, 'message').map(({ answer }) => answer);
		expect(pieces).toEqual([' two', '  spaces', '\nand', ' a', ' line', ' \n', '']);
		expect(pieces.join('')).toBe(text);
	});

	it.each<[string, AnswerScript]>([
		['a list', { tokens: ['a', '', 'b'] }],
		['a function', { tokens: () => ['a', '', 'b'] }],
		['a list, and text after it', { tokens: ['a', ''], text: 'b' }],
	])('comes as tokens that are %s', async (_, script) => {
		const { events } = await askFor(dify, CHATBOT, { script });
		expect(storyOf(events)).toEqual([
			'message:a',
			'message:',
			'message:b',
			'message:',
			'message_end',
		]);
	});

	it('may be none at all', async () => {
		const { events } = await askFor(dify, CHATBOT, { script: { tokens: [] } });
		expect(storyOf(events)).toEqual(['message:', 'message_end']);
	});
});

describe('time', () => {
	it('firstTokenMs: nothing is written before', async () => {
		const script = { text: TEXT, firstTokenMs: 120 };
		const { stamps } = await askFor(dify, CHATBOT, { script });
		const { receivedAtMs = 0 } = dify.requests.at(-1) ?? {};
		expect((stamps[0] ?? 0) - receivedAtMs).toBeGreaterThan(120 - EARLY_MS);
	});

	it('gapMs: it stands between each two tokens', async () => {
		const script = { text: TEXT, gapMs: 30 };
		const { stamps } = await askFor(dify, CHATBOT, { script });
		expect(Math.min(...gapsOf(stamps.slice(0, 5)))).toBeGreaterThan(30 - EARLY_MS);
	});

	it('the headers come with the first event, and pings meanwhile', async () => {
		const pinging = await startMockDify({ pingIntervalMs: 40 });
		const script = { text: 'one two', firstTokenMs: 130, gapMs: 130 };
		const { chunks, headersAtMs } = await askFor(pinging, CHATBOT, { script });
		await pinging.close();
		expect(headersAtMs).toBeGreaterThan(40 - EARLY_MS);
		const story = chunks.map((chunk) => chunk.toString().startsWith('event: ping\n\n'));
		// Before the first token and between the two: as many as there was time for.
		expect(story.slice(0, 2)).toEqual([true, true]);
		const [one, two] = story.flatMap((isPing, index) => (isPing ? [] : [index]));
		expect((two ?? 0) - (one ?? 0)).toBeGreaterThan(2);
	});

	it('blocking takes as long as the stream would have', async () => {
		const script = { text: TEXT, firstTokenMs: 50, gapMs: 20 };
		const more = { response_mode: 'blocking' };
		const { headersAtMs } = await askFor(dify, CHATBOT, { script }, more);
		expect(headersAtMs).toBeGreaterThan(150 - EARLY_MS);
	});

	it.each([
		[1, [1, 1, 1, 1, 1]],
		[2, [2, 2, 1]],
		[64, [5]],
	])('tokensPerPacket %d: so many events in a write', async (tokensPerPacket, expected) => {
		const script = { text: TEXT, tokensPerPacket };
		const { chunks, stamps, events } = await askFor(dify, CHATBOT, { script });
		const perChunk = chunks.map((chunk) => chunk.toString().split('data: ').length - 1);
		expect(perChunk).toEqual([...expected, 1]);
		expect(stamps).toHaveLength(chunks.length);
		expect(storyOf(events).slice(-2)).toEqual(['message: five', 'message_end']);
	});
});

describe('what goes before the text', () => {
	it('preamble: events of its own, with the ids around them', async () => {
		const script = { text: 'x', preamble: [{ event: 'agent_log', data: { label: 'a' } }] };
		const chat = await askFor(dify, CHATBOT, { script });
		expect(storyOf(chat.events)[0]).toBe('agent_log');
		expect(only(chat.events, 'agent_log')).toEqual({ data: { label: 'a' } });
		const flow = await askFor(dify, CHATFLOW, { script });
		expect(only(flow.events, 'agent_log')).toEqual({
			workflow_run_id: named(flow.events, 'workflow_started')[0]?.workflow_run_id,
			data: { label: 'a' },
		});
	});

	it('reasoning: a reasoning_chunk each', async () => {
		const script = { text: 'x', reasoning: ['first', 'then'] };
		const { events } = await askFor(dify, CHATBOT, { script });
		expect(storyOf(events).slice(0, 3)).toEqual([
			'reasoning_chunk',
			'reasoning_chunk',
			'message:x',
		]);
		expect(named(events, 'reasoning_chunk').map(({ data }) => data)).toEqual(
			['first', 'then'].map((reasoning) => expect.objectContaining({ reasoning, is_final: false })),
		);
	});

	it('thoughts: an agent’s steps, the last of them again with the answer', async () => {
		const tool = { tool: 'clock', tool_input: '{}', observation: '12:00' };
		const script = { text: 'noon', thoughts: [tool, {}] };
		const { events } = await askFor(dify, AGENT, { script });
		expect(storyOf(events)).toEqual([
			'agent_thought',
			'agent_thought',
			'agent_message:noon',
			'agent_message:',
			'agent_thought',
			'message_end',
		]);
		const [first, second, last] = named(events, 'agent_thought');
		expect(first).toMatchObject({ ...tool, position: 1, thought: '' });
		expect(last).toEqual({ ...second, position: 2, thought: 'noon' });
	});

	it('files: a message_file each', async () => {
		const script = { text: 'x', files: [{ url: 'http://files.invalid/a.png' }] };
		const { events } = await askFor(dify, CHATBOT, { script });
		expect(only(events, 'message_file')).toEqual({
			id: expect.any(String),
			type: 'image',
			belongs_to: 'assistant',
			url: 'http://files.invalid/a.png',
		});
	});
});

describe('what goes after it', () => {
	const resource = { position: 1, content: 'source' };

	it.each([null, { total_tokens: 7 }])('usage and sources in both modes: %j', async (usage) => {
		const script = { text: 'x', usage, retrieverResources: [resource] };
		const metadata = { annotation_reply: null, retriever_resources: [resource], usage };
		const streamed = await askFor(dify, CHATBOT, { script });
		expect(only(streamed.events, 'message_end').metadata).toEqual(metadata);
		const more = { response_mode: 'blocking' };
		const blocking = await askFor(dify, CHATBOT, { script }, more);
		expect(JSON.parse(blocking.body.toString()).metadata).toEqual(metadata);
	});

	it.each<[AnswerScript, Event]>([
		[{ text: 'x' }, { status: 'succeeded', outputs: { answer: 'x' }, error: null }],
		[
			{ text: 'x', outputs: { n: 0 } },
			{ status: 'succeeded', outputs: { n: 0 } },
		],
		[
			{ text: 'x', workflowStatus: 'partial-succeeded' },
			{ status: 'partial-succeeded', exceptions_count: 1 },
		],
		[
			{ text: 'x', workflowStatus: 'stopped' },
			{ status: 'stopped', error: 'Stopped by user.' },
		],
		[
			{ text: 'x', workflowStatus: 'failed', workflowError: 'broke' },
			{ status: 'failed', outputs: {}, error: 'broke' },
		],
	])('a workflow that ends: %j', async (script, expected) => {
		const { events } = await askFor(dify, CHATFLOW, { script });
		expect(only(events, 'workflow_finished').data).toMatchObject(expected);
		const isEnded = ['stopped', 'failed'].includes(String(expected.status));
		expect(named(events, 'message_end')).toHaveLength(isEnded ? 0 : 1);
	});

	it('paused: the form, the pause, and no more; in both modes', async () => {
		const script: AnswerScript = {
			text: 'x',
			workflowStatus: 'paused',
			form: { form_token: 'mine' },
		};
		const streamed = await askFor(dify, CHATFLOW, { script });
		expect(storyOf(streamed.events).slice(-2)).toEqual(['human_input_required', 'workflow_paused']);
		expect(only(streamed.events, 'human_input_required').data).toMatchObject({
			form_token: 'mine',
			display_in_ui: true,
		});
		const reasons = [expect.objectContaining({ TYPE: 'human_input_required', form_token: 'mine' })];
		expect(only(streamed.events, 'workflow_paused').data).toMatchObject({ reasons });

		const more = { response_mode: 'blocking' };
		const { body } = await askFor(dify, CHATFLOW, { script }, more);
		expect(JSON.parse(body.toString())).toMatchObject({
			event: 'workflow_paused',
			answer: 'x',
			workflow_run_id: expect.any(String),
			data: { status: 'paused', reasons },
		});
	});
});
