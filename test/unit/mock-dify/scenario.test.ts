import type { MockDify, AnswerScript } from '../../../mock-dify';
import { startMockDify } from '../../../mock-dify';
import type { Event } from './sendChatMessage';
import { eventNames, eventsNamed, sendChatMessage } from './sendChatMessage';

/** Checks that the events and their timing follow the script. */

let dify: MockDify;

beforeAll(async () => {
	dify = await startMockDify({ lingerMs: 20 });
});

afterAll(async () => {
	await dify.close();
});

const [CHATBOT, AGENT, CHATFLOW] = ['chat-plain', 'agent-fc', 'flow-plain'];
const TEXT = 'one two three four five';
/** Timers may fire up to 1 ms early, so the checks allow a difference of 3 ms. */
const TOLERANCE_MS = 3;

/** Returns the times between the writes, in ms. */
function getGapsMs(writtenAtMs: number[]): number[] {
	return writtenAtMs.slice(1).map((timeMs, index) => timeMs - (writtenAtMs[index] ?? 0));
}

/** Returns the fields of the only event with this name, without the fields that all events have. */
function getOnlyEvent(events: Array<Event | string>, name: string): Event {
	const found = eventsNamed(events, name);
	expect(found).toHaveLength(1);
	const { event: _, conversation_id, message_id, created_at, task_id, ...fields } = found[0] ?? {};
	expect([conversation_id, message_id, created_at, task_id]).not.toContain(undefined);
	return fields;
}

describe('mock-dify script, text', () => {
	it('text: is sent word by word without losing whitespace', async () => {
		const text = ' two  spaces\nand a line \n';
		const { events } = await sendChatMessage(dify, {
			app: CHATBOT,
			scenario: { script: { text } },
		});
		const pieces = eventsNamed(events, 'message').map(({ answer }) => answer);
		expect(pieces).toEqual([' two', '  spaces', '\nand', ' a', ' line', ' \n', '']);
		expect(pieces.join('')).toBe(text);
	});

	it.each<[string, AnswerScript]>([
		['a list', { tokens: ['a', '', 'b'] }],
		['a function', { tokens: () => ['a', '', 'b'] }],
		['a list with text after it', { tokens: ['a', ''], text: 'b' }],
	])('tokens: accepts %s', async (_, script) => {
		const { events } = await sendChatMessage(dify, { app: CHATBOT, scenario: { script } });
		expect(eventNames(events)).toEqual([
			'message:a',
			'message:',
			'message:b',
			'message:',
			'message_end',
		]);
	});

	it('tokens: accepts an empty list', async () => {
		const { events } = await sendChatMessage(dify, {
			app: CHATBOT,
			scenario: { script: { tokens: [] } },
		});
		expect(eventNames(events)).toEqual(['message:', 'message_end']);
	});
});

describe('mock-dify script, timing', () => {
	it('firstTokenMs: delays the first write', async () => {
		const script = { text: TEXT, firstTokenMs: 120 };
		const { writtenAtMs } = await sendChatMessage(dify, { app: CHATBOT, scenario: { script } });
		const { receivedAtMs = 0 } = dify.requests.at(-1) ?? {};
		expect((writtenAtMs[0] ?? 0) - receivedAtMs).toBeGreaterThan(120 - TOLERANCE_MS);
	});

	it('gapMs: separates the tokens', async () => {
		const script = { text: TEXT, gapMs: 30 };
		const { writtenAtMs } = await sendChatMessage(dify, { app: CHATBOT, scenario: { script } });
		expect(Math.min(...getGapsMs(writtenAtMs.slice(0, 5)))).toBeGreaterThan(30 - TOLERANCE_MS);
	});

	it('pingIntervalMs: sends the headers with the first ping and pings while the model is silent', async () => {
		const pinging = await startMockDify({ pingIntervalMs: 40 });
		const script = { text: 'one two', firstTokenMs: 130, gapMs: 130 };
		const { chunks, headersAtMs } = await sendChatMessage(pinging, {
			app: CHATBOT,
			scenario: { script },
		});
		await pinging.close();
		expect(headersAtMs).toBeGreaterThan(40 - TOLERANCE_MS);
		const isPing = chunks.map((chunk) => chunk.toString().startsWith('event: ping\n\n'));
		// The number of pings depends on the load of the machine. At least two precede each token.
		expect(isPing.slice(0, 2)).toEqual([true, true]);
		const [firstToken, secondToken] = isPing.flatMap((value, index) => (value ? [] : [index]));
		expect((secondToken ?? 0) - (firstToken ?? 0)).toBeGreaterThan(2);
	});

	it('blocking mode: takes as long as the stream would take', async () => {
		const script = { text: TEXT, firstTokenMs: 50, gapMs: 20 };
		const body = { response_mode: 'blocking' };
		const { headersAtMs } = await sendChatMessage(dify, {
			app: CHATBOT,
			scenario: { script },
			body,
		});
		expect(headersAtMs).toBeGreaterThan(150 - TOLERANCE_MS);
	});

	it.each([
		[1, [1, 1, 1, 1, 1]],
		[2, [2, 2, 1]],
		[64, [5]],
	])(
		'tokensPerPacket %d: sends this many events in one write',
		async (tokensPerPacket, expected) => {
			const script = { text: TEXT, tokensPerPacket };
			const { chunks, writtenAtMs, events } = await sendChatMessage(dify, {
				app: CHATBOT,
				scenario: { script },
			});
			const perChunk = chunks.map((chunk) => chunk.toString().split('data: ').length - 1);
			expect(perChunk).toEqual([...expected, 1]);
			expect(writtenAtMs).toHaveLength(chunks.length);
			expect(eventNames(events).slice(-2)).toEqual(['message: five', 'message_end']);
		},
	);
});

describe('mock-dify script, events before the text', () => {
	it('preamble: sends the events with the ids of the run', async () => {
		const script = { text: 'x', preamble: [{ event: 'agent_log', data: { label: 'a' } }] };
		const chat = await sendChatMessage(dify, { app: CHATBOT, scenario: { script } });
		expect(eventNames(chat.events)[0]).toBe('agent_log');
		expect(getOnlyEvent(chat.events, 'agent_log')).toEqual({ data: { label: 'a' } });
		const flow = await sendChatMessage(dify, { app: CHATFLOW, scenario: { script } });
		expect(getOnlyEvent(flow.events, 'agent_log')).toEqual({
			workflow_run_id: eventsNamed(flow.events, 'workflow_started')[0]?.workflow_run_id,
			data: { label: 'a' },
		});
	});

	it('reasoning: sends one reasoning_chunk for each text, and one after the answer', async () => {
		const script = { text: 'x', reasoning: ['first', 'then'] };
		const { events } = await sendChatMessage(dify, { app: CHATBOT, scenario: { script } });
		expect(eventNames(events).slice(0, 4)).toEqual([
			'reasoning_chunk',
			'reasoning_chunk',
			'message:x',
			'reasoning_chunk',
		]);
		expect(eventsNamed(events, 'reasoning_chunk').map(({ data }) => data)).toEqual([
			expect.objectContaining({ reasoning: 'first', is_final: false }),
			expect.objectContaining({ reasoning: 'then', is_final: false }),
			expect.objectContaining({ reasoning: '', is_final: true }),
		]);
	});

	it('thoughts: sends the steps of an agent, and the last step again with the answer', async () => {
		const tool = { tool: 'clock', tool_input: '{}', observation: '12:00' };
		const script = { text: 'noon', thoughts: [tool, {}] };
		const { events } = await sendChatMessage(dify, { app: AGENT, scenario: { script } });
		expect(eventNames(events)).toEqual([
			'agent_thought',
			'agent_thought',
			'agent_message:noon',
			'agent_message:',
			'agent_thought',
			'message_end',
		]);
		const [first, second, last] = eventsNamed(events, 'agent_thought');
		expect(first).toMatchObject({ ...tool, position: 1, thought: '' });
		expect(last).toEqual({ ...second, position: 2, thought: 'noon' });
	});

	it('files: sends one message_file for each file', async () => {
		const script = { text: 'x', files: [{ url: 'http://files.invalid/a.png' }] };
		const { events } = await sendChatMessage(dify, { app: CHATBOT, scenario: { script } });
		expect(getOnlyEvent(events, 'message_file')).toEqual({
			id: expect.any(String),
			type: 'image',
			belongs_to: 'assistant',
			url: 'http://files.invalid/a.png',
		});
	});
});

describe('mock-dify script, events after the text', () => {
	const resource = { position: 1, content: 'source' };

	it.each([null, { total_tokens: 7 }])(
		'usage and retrieverResources: are sent in both response modes, usage %j',
		async (usage) => {
			const script = { text: 'x', usage, retrieverResources: [resource] };
			const metadata = { annotation_reply: null, retriever_resources: [resource], usage };
			const streamed = await sendChatMessage(dify, { app: CHATBOT, scenario: { script } });
			expect(getOnlyEvent(streamed.events, 'message_end').metadata).toEqual(metadata);
			const body = { response_mode: 'blocking' };
			const blocking = await sendChatMessage(dify, { app: CHATBOT, scenario: { script }, body });
			expect(JSON.parse(blocking.body.toString()).metadata).toEqual(metadata);
		},
	);

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
	])(
		'workflow_finished: has the status and the outputs of the script %j',
		async (script, expected) => {
			const { events } = await sendChatMessage(dify, { app: CHATFLOW, scenario: { script } });
			expect(getOnlyEvent(events, 'workflow_finished').data).toMatchObject(expected);
			const hasNoMessageEnd = ['stopped', 'failed'].includes(String(expected.status));
			expect(eventsNamed(events, 'message_end')).toHaveLength(hasNoMessageEnd ? 0 : 1);
		},
	);

	it('workflowStatus paused: ends with the form and the pause in both response modes', async () => {
		const script: AnswerScript = {
			text: 'x',
			workflowStatus: 'paused',
			form: { form_token: 'mine' },
		};
		const streamed = await sendChatMessage(dify, { app: CHATFLOW, scenario: { script } });
		expect(eventNames(streamed.events).slice(-2)).toEqual([
			'human_input_required',
			'workflow_paused',
		]);
		expect(getOnlyEvent(streamed.events, 'human_input_required').data).toMatchObject({
			form_token: 'mine',
			display_in_ui: true,
		});
		const reasons = [expect.objectContaining({ TYPE: 'human_input_required', form_token: 'mine' })];
		expect(getOnlyEvent(streamed.events, 'workflow_paused').data).toMatchObject({ reasons });

		const body = { response_mode: 'blocking' };
		const blocking = await sendChatMessage(dify, { app: CHATFLOW, scenario: { script }, body });
		expect(JSON.parse(blocking.body.toString())).toMatchObject({
			event: 'workflow_paused',
			answer: 'x',
			workflow_run_id: expect.any(String),
			data: { status: 'paused', reasons },
		});
	});
});
