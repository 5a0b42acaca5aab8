import { RunAccumulator } from '../../../protocol/stream/accumulator';
import type { DifyEvent, UnknownEvent } from '../../../protocol/stream/events';
import { EVENT_ROLES } from '../../../protocol/stream/events';
import { ReasoningSplitter, splitReasoning } from '../../../protocol/stream/reasoning';

type TestEvent = { event: string; [key: string]: unknown };
const ids = { conversation_id: 'c', message_id: 'm', task_id: 't', created_at: 1 };
const text = (answer: string): TestEvent => ({ event: 'message', ...ids, answer });
const end: TestEvent = { event: 'message_end', ...ids, metadata: {}, files: null };
const started: TestEvent = {
	event: 'workflow_started',
	...ids,
	workflow_run_id: 'w',
	data: { id: 'w' },
};
const finished = (status: string, outputs: object = {}): TestEvent => ({
	event: 'workflow_finished',
	...ids,
	workflow_run_id: 'w',
	data: { id: 'w', status, outputs, error: status === 'failed' ? 'why' : null },
});

function collect(
	events: TestEvent[],
	options = {},
): { accumulator: RunAccumulator; streamed: string } {
	const accumulator = new RunAccumulator(options);
	const streamed = events.map((event) => accumulator.push(event as unknown as DifyEvent)).join('');
	return { accumulator, streamed };
}

describe('RunAccumulator: phase and status', () => {
	it.each([
		['no event', [], 'streaming', 'truncated'],
		['text only', [text('x')], 'streaming', 'truncated'],
		['a chatbot’s message_end', [text('x'), end], 'done', 'completed'],
		['a chatflow’s message_end', [started, text('x'), end], 'awaitingPair', 'completed'],
		[
			'a chatflow’s workflow_finished',
			[started, finished('succeeded')],
			'awaitingPair',
			'completed',
		],
		[
			'message_end, then workflow_finished',
			[started, end, finished('succeeded')],
			'done',
			'completed',
		],
		[
			'workflow_finished, then message_end',
			[started, finished('succeeded'), end],
			'done',
			'completed',
		],
		[
			'a partially succeeded workflow',
			[started, end, finished('partial-succeeded')],
			'done',
			'partial',
		],
		['a failed workflow', [started, finished('failed')], 'done', 'failed'],
		['a stopped workflow', [started, finished('stopped')], 'done', 'stopped'],
		[
			'an error event',
			[text('x'), { event: 'error', ...ids, code: 'c', status: 400, message: 'm' }],
			'done',
			'failed',
		],
		[
			'a paused workflow',
			[started, { event: 'workflow_paused', ...ids, data: { reasons: [] } }],
			'done',
			'paused',
		],
		[
			'a chatflow whose workflow_started was lost (langgenius/dify#40948)',
			[{ ...text('x'), from_variable_selector: ['llm', 'text'] }, end],
			'awaitingPair',
			'completed',
		],
		[
			'a failed workflow after an annotation (langgenius/dify#42722)',
			[text('x'), end, started, finished('failed')],
			'done',
			'completed',
		],
	] as Array<[string, TestEvent[], string, string]>)('after %s', (_, events, phase, status) => {
		const { accumulator } = collect(events);
		expect(accumulator.phase).toBe(phase);
		expect(accumulator.snapshot().status).toBe(status);
	});

	it('uses the code of the error event that Dify 1.12 sends after a failed workflow', () => {
		const error = {
			event: 'error',
			...ids,
			code: 'invalid_param',
			status: 400,
			message: 'Run failed: why',
		};
		const { accumulator } = collect([started, finished('failed'), error]);
		expect(accumulator.snapshot().error).toMatchObject({ code: 'invalid_param', status: 400 });
	});
});

describe('RunAccumulator: answer', () => {
	it('is the joined deltas, in the result and for a streaming client', () => {
		const { accumulator, streamed } = collect([text('a'), text(''), text(' b'), text('\n'), end]);
		expect([accumulator.snapshot().answer, streamed]).toEqual(['a b\n', 'a b\n']);
		expect([accumulator.eventCount, accumulator.textEventCount]).toEqual([5, 3]);
	});

	it('is replaced by message_replace, also after workflow_finished', () => {
		const replace = { event: 'message_replace', ...ids, answer: 'clean' };
		const { accumulator, streamed } = collect([
			started,
			text('dirty'),
			finished('succeeded'),
			replace,
			end,
		]);
		expect([accumulator.snapshot().answer, streamed]).toEqual(['clean', 'dirty\n\nclean']);
	});

	it('is not doubled by the message event that repeats an agent’s answer', () => {
		const piece = (answer: string): TestEvent => ({ event: 'agent_message', ...ids, answer });
		const { accumulator, streamed } = collect([piece('one '), piece('two'), text('one two'), end]);
		expect([accumulator.snapshot().answer, streamed]).toEqual(['one two', 'one two']);
	});

	it('is the workflow’s output when no text event came', () => {
		const { accumulator } = collect([started, finished('succeeded', { answer: 'out' }), end]);
		expect(accumulator.snapshot().answer).toBe('out');
	});

	it('comes with the last version of each agent thought', () => {
		const thought = (id: string, content: string): TestEvent => ({
			event: 'agent_thought',
			...ids,
			id,
			thought: content,
		});
		const { accumulator } = collect([thought('1', ''), thought('2', 'b'), thought('1', 'a'), end]);
		expect(accumulator.snapshot().agent_thoughts).toEqual([
			{ id: '1', thought: 'a' },
			{ id: '2', thought: 'b' },
		]);
	});
});

describe('RunAccumulator: reasoning', () => {
	const raw = '<think>\nhm\n</think>\n\nForty-two';

	it('stays in the answer by default', () => {
		expect(collect([text(raw), end]).accumulator.snapshot()).toMatchObject({ answer: raw });
	});

	it('is separated wherever the tags are split, in the result and for a streaming client', () => {
		for (let index = 0; index <= raw.length; index++) {
			const { accumulator, streamed } = collect(
				[text(raw.slice(0, index)), text(raw.slice(index)), end],
				{
					separateReasoning: true,
				},
			);
			expect(accumulator.snapshot()).toMatchObject({ answer: 'Forty-two', reasoning: 'hm' });
			expect(streamed).toBe('Forty-two');
		}
	});

	it.each([
		['a lone closing tag (langgenius/dify#13590)', 'hm</think>yes', 'yes', 'hm'],
		['a block that is never closed', '<think>hm', '', 'hm'],
		['two blocks', 'a<think>b</think>c<think>d</think>e', 'ace', 'bd'],
		['no tags', 'a < b', 'a < b', ''],
		['half a tag at the end', 'a <thi', 'a <thi', ''],
	])('splitReasoning: %s', (_, answer, visible, reasoning) => {
		expect(splitReasoning(answer)).toEqual({ text: visible, reasoning });
	});

	it('ReasoningSplitter: end returns pending characters that are not a tag', () => {
		const splitter = new ReasoningSplitter();
		expect(splitter.push('a <thi').text + splitter.end().text).toBe('a <thi');
	});

	it('includes reasoning_chunk events', () => {
		const chunk = { event: 'reasoning_chunk', ...ids, data: { reasoning: 'hm' } };
		expect(collect([chunk, text('x'), end]).accumulator.snapshot()).toMatchObject({
			answer: 'x',
			reasoning: 'hm',
		});
	});
});

it('RunAccumulator: accepts every event with a field of the wrong type', () => {
	const wrongValues = [null, 7, 'x', [], {}, undefined, true];
	for (const event of [...Object.keys(EVENT_ROLES), 'unknown_event', 'toString', '__proto__']) {
		for (const field of [
			'answer',
			'data',
			'id',
			'metadata',
			'files',
			'task_id',
			'workflow_run_id',
			'code',
			'message',
			'reasons',
		]) {
			for (const value of wrongValues) {
				const accumulator = new RunAccumulator({ separateReasoning: true });
				accumulator.push({ event, [field]: value } as unknown as UnknownEvent);
				accumulator.push({ event, data: { [field]: value } } as unknown as UnknownEvent);
				expect(typeof accumulator.snapshot().answer).toBe('string');
			}
		}
	}
});
