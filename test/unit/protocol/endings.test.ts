import {
	LATE_END_GRACE_MS,
	PAIR_GRACE_MS,
	RunAccumulator,
	UNKNOWN_VERSION_GRACE_MS,
} from '../../../protocol/stream/accumulator';
import type { DifyEvent } from '../../../protocol/stream/events';
import { isVersionBefore } from '../../../protocol/version';

type TestEvent = { event: string; [key: string]: unknown };
const ids = { conversation_id: 'c', message_id: 'm', task_id: 't', created_at: 1 };
const text = (answer: string): TestEvent => ({ event: 'message', ...ids, answer });
const replace = (answer: unknown, reason = 'output_moderation'): TestEvent => ({
	event: 'message_replace',
	...ids,
	answer,
	reason,
});
const end: TestEvent = { event: 'message_end', ...ids, metadata: {}, files: [] };
const started = (data: object = {}): TestEvent => ({
	event: 'workflow_started',
	...ids,
	workflow_run_id: 'w',
	data: { id: 'w', ...data },
});
const finished = (status: string, outputs: object = {}): TestEvent => ({
	event: 'workflow_finished',
	...ids,
	workflow_run_id: 'w',
	data: { id: 'w', status, outputs, error: status === 'failed' ? 'why' : null },
});

function collect(events: TestEvent[], version?: string, options = {}): RunAccumulator {
	const accumulator = new RunAccumulator(options);
	accumulator.difyVersion = version;
	for (const event of events) accumulator.push(event as unknown as DifyEvent);
	return accumulator;
}

describe('RunAccumulator: how long to wait after the first end event', () => {
	const workflowFirst = [started(), text('x'), finished('succeeded')];

	it.each([
		['1.12.1', workflowFirst, LATE_END_GRACE_MS],
		['0.15.3', workflowFirst, LATE_END_GRACE_MS],
		['1.13.0', workflowFirst, PAIR_GRACE_MS],
		['1.16.0', workflowFirst, PAIR_GRACE_MS],
		['2.0.0', workflowFirst, PAIR_GRACE_MS],
		[undefined, workflowFirst, UNKNOWN_VERSION_GRACE_MS],
		['main', workflowFirst, UNKNOWN_VERSION_GRACE_MS],
		['', workflowFirst, UNKNOWN_VERSION_GRACE_MS],
	])('version %s: workflow_finished came first', (version, events, graceMs) => {
		expect(collect(events, version)).toMatchObject({ phase: 'awaitingPair', graceMs });
	});

	it('is short without a version if the events are those of Dify 1.13 or later', () => {
		const events = [started({ reason: 'initial' }), finished('succeeded')];
		expect(collect(events).graceMs).toBe(PAIR_GRACE_MS);
	});

	it('is short after message_end, which workflow_finished follows at once', () => {
		expect(collect([started(), text('x'), end], '1.12.1').graceMs).toBe(PAIR_GRACE_MS);
	});

	it('is short for a resumed stream, whose finished run has workflow_finished alone', () => {
		const events = [finished('succeeded', { answer: 'x' })];
		expect(collect(events, undefined, { isResumed: true }).graceMs).toBe(PAIR_GRACE_MS);
	});

	it('includes the error event that Dify before 1.13 sends after a failed workflow', () => {
		const events = [started(), finished('failed')];
		expect(collect(events, '1.12.1').phase).toBe('awaitingPair');
		expect(collect(events, '1.13.2').phase).toBe('done');
		const error = { event: 'error', ...ids, code: 'invalid_param', status: 400, message: 'why' };
		const accumulator = collect([...events, error], '1.12.1');
		expect(accumulator.phase).toBe('done');
		expect(accumulator.snapshot().error).toMatchObject({ code: 'invalid_param' });
	});
});

describe('RunAccumulator: moderated text wins over the outputs of the workflow', () => {
	const secret = { answer: 'secret', files: [] };

	it.each([
		['before the end', [text('secret'), replace('safe'), end, finished('succeeded', secret)]],
		['after workflow_finished', [finished('succeeded', secret), replace('safe'), end]],
		['after both end events', [end, finished('succeeded', secret), replace('safe')]],
	])('%s', (_, events) => {
		const result = collect([started(), ...events]).snapshot();
		expect(result).toMatchObject({ status: 'completed', answer: 'safe' });
		expect(JSON.stringify(result)).not.toContain('secret');
	});

	it.each([
		['an empty text', ''],
		['null', null],
	])('also if the replacement is %s', (_, answer) => {
		const events = [started(), text('secret'), replace(answer), end, finished('succeeded', secret)];
		const accumulator = collect(events);
		expect(accumulator.rawAnswer).toBe('');
		expect(JSON.stringify(accumulator.snapshot())).not.toContain('secret');
	});

	it('sends nothing to a streaming client for an empty replacement', () => {
		const accumulator = collect([started(), text('secret')]);
		expect(accumulator.push(replace('') as unknown as DifyEvent)).toBe('');
	});

	it('but the stored text in the snapshot of a resumed stream is no moderation', () => {
		const events = [started(), replace('', ''), text('b'), finished('succeeded', { answer: 'ab' })];
		expect(collect(events, '1.16.0', { isResumed: true }).rawAnswer).toBe('ab');
		const moderated = [...events.slice(0, 3), replace('safe'), ...events.slice(3)];
		expect(collect(moderated, '1.16.0', { isResumed: true }).rawAnswer).toBe('safe');
	});
});

describe('RunAccumulator: events after the end', () => {
	const noise = [started(), finished('failed')];

	it('a failed workflow after moderated input has no meaning (Dify 1.15 and later)', () => {
		const moderated = { ...text('no'), from_variable_selector: [] };
		const accumulator = collect([moderated, end], '1.16.0');
		expect(accumulator.phase).toBe('done');
		for (const event of noise) accumulator.push(event as unknown as DifyEvent);
		expect(accumulator.snapshot()).toMatchObject({ status: 'completed', answer: 'no' });
		expect(accumulator.snapshot().error).toBeUndefined();
	});

	it('an error event does not fail an answer that is complete', () => {
		const error = { event: 'error', ...ids, message: 'late' };
		expect(collect([text('x'), end, error]).snapshot().status).toBe('completed');
	});
});

describe('RunAccumulator: mode', () => {
	const agentMessage = { event: 'agent_message', ...ids, answer: 'Sure' };
	const thought = { event: 'agent_thought', ...ids, id: '1', thought: '' };
	const closing = { ...text('Sure'), from_variable_selector: [] };
	const chatflowEnd = { ...end, metadata: { usage: { time_to_first_token: 0.01 } } };
	const chatbotEnd = { ...end, metadata: { usage: { time_to_first_token: null } } };

	it.each([
		['chat', 'an empty selector', [{ ...text('x'), from_variable_selector: [] }, end]],
		['chat', 'no time to first token', [text('x'), chatbotEnd]],
		['advanced-chat', 'a selector', [{ ...text('x'), from_variable_selector: ['llm', 'text'] }]],
		['advanced-chat', 'a time to first token', [text('x'), chatflowEnd]],
		['agent-chat', 'no closing message', [thought, agentMessage, thought, end]],
		['agent', 'a closing message', [thought, agentMessage, closing, end]],
		[
			'agent',
			'the error of a New Agent run',
			[agentMessage, { event: 'error', ...ids, message: 'broke (agent_run_id=run-14)' }],
		],
	] as Array<[string, string, TestEvent[]]>)('is %s with %s', (mode, _, events) => {
		expect(collect(events).snapshot().mode).toBe(mode);
		expect(collect(events, '1.16.0').snapshot().mode).toBe(mode);
	});

	it('is agent-chat for a moderated Agent of a version without New Agent apps', () => {
		expect(collect([agentMessage, closing, end], '1.14.2').snapshot().mode).toBe('agent-chat');
	});

	it('a streamed Chatbot of Dify 1.16 is done at message_end', () => {
		expect(collect([{ ...text('x'), from_variable_selector: [] }, end]).phase).toBe('done');
	});

	it('the closing message of a New Agent is no second answer', () => {
		const accumulator = collect([thought, agentMessage]);
		expect(accumulator.push(closing as unknown as DifyEvent)).toBe('');
		expect(accumulator).toMatchObject({ rawAnswer: 'Sure', textEventCount: 1 });
	});
});

it.each([
	['1.12.1', true],
	['1.13.0', false],
	['0.99.9', true],
	['2.0', false],
	['v1.9.0-rc1', true],
	['1.x', undefined],
	[undefined, undefined],
])('isVersionBefore: %s is before 1.13: %s', (version, expected) => {
	expect(isVersionBefore(version, '1.13')).toBe(expected);
});
