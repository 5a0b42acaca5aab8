import { RunAccumulator } from '../../../protocol/stream/accumulator';
import type { DifyEvent, UnknownEvent } from '../../../protocol/stream/events';
import { EVENTS } from '../../../protocol/stream/events';
import { ReasoningSplitter, splitReasoning } from '../../../protocol/stream/reasoning';

type Sent = { event: string; [key: string]: unknown };
const ids = { conversation_id: 'c', message_id: 'm', task_id: 't', created_at: 1 };
const text = (answer: string): Sent => ({ event: 'message', ...ids, answer });
const end: Sent = { event: 'message_end', ...ids, metadata: {}, files: null };
const started: Sent = {
	event: 'workflow_started',
	...ids,
	workflow_run_id: 'w',
	data: { id: 'w' },
};
const finished = (status: string, outputs: object = {}): Sent => ({
	event: 'workflow_finished',
	...ids,
	workflow_run_id: 'w',
	data: { id: 'w', status, outputs, error: status === 'failed' ? 'why' : null },
});

function after(events: Sent[], options = {}): { collector: RunAccumulator; live: string } {
	const collector = new RunAccumulator(options);
	const live = events.map((event) => collector.push(event as unknown as DifyEvent)).join('');
	return { collector, live };
}

describe('when a run is over', () => {
	it.each([
		['nothing', [], 'streaming', 'truncated'],
		['text', [text('x')], 'streaming', 'truncated'],
		['a chatbot’s message_end', [text('x'), end], 'done', 'completed'],
		['a chatflow’s message_end', [started, text('x'), end], 'awaitingPair', 'completed'],
		[
			'a chatflow’s workflow_finished',
			[started, finished('succeeded')],
			'awaitingPair',
			'completed',
		],
		['both, in one order', [started, end, finished('succeeded')], 'done', 'completed'],
		['both, in the other', [started, finished('succeeded'), end], 'done', 'completed'],
		['partial success', [started, end, finished('partial-succeeded')], 'done', 'partial'],
		['a failed workflow', [started, finished('failed')], 'done', 'failed'],
		['a stopped workflow', [started, finished('stopped')], 'done', 'stopped'],
		[
			'an error',
			[text('x'), { event: 'error', ...ids, code: 'c', status: 400, message: 'm' }],
			'done',
			'failed',
		],
		[
			'a pause',
			[started, { event: 'workflow_paused', ...ids, data: { reasons: [] } }],
			'done',
			'paused',
		],
		[
			'a chatflow whose workflow_started was lost (dify#40948)',
			[{ ...text('x'), from_variable_selector: ['llm', 'text'] }, end],
			'awaitingPair',
			'completed',
		],
		[
			'a failed workflow after an annotation (dify#42722)',
			[text('x'), end, started, finished('failed')],
			'done',
			'completed',
		],
	] as Array<[string, Sent[], string, string]>)('%s', (_, events, phase, status) => {
		const { collector } = after(events);
		expect(collector.phase).toBe(phase);
		expect(collector.snapshot().status).toBe(status);
	});

	it('takes the code of the error that 1.12 sends after a failed workflow', () => {
		const error = {
			event: 'error',
			...ids,
			code: 'invalid_param',
			status: 400,
			message: 'Run failed: why',
		};
		const { collector } = after([started, finished('failed'), error]);
		expect(collector.snapshot().failure).toMatchObject({ code: 'invalid_param', status: 400 });
	});
});

describe('what the answer is', () => {
	it('is the deltas, and so is what a reader along gets', () => {
		const { collector, live } = after([text('a'), text(''), text(' b'), text('\n'), end]);
		expect([collector.snapshot().answer, live]).toEqual(['a b\n', 'a b\n']);
		expect([collector.events, collector.textEvents]).toEqual([5, 3]);
	});

	it('is replaced by message_replace, also after workflow_finished', () => {
		const replace = { event: 'message_replace', ...ids, answer: 'clean' };
		const { collector, live } = after([
			started,
			text('dirty'),
			finished('succeeded'),
			replace,
			end,
		]);
		expect([collector.snapshot().answer, live]).toEqual(['clean', 'dirty\n\nclean']);
	});

	it('is not doubled by the message that repeats an agent’s answer', () => {
		const piece = (answer: string): Sent => ({ event: 'agent_message', ...ids, answer });
		const { collector, live } = after([piece('one '), piece('two'), text('one two'), end]);
		expect([collector.snapshot().answer, live]).toEqual(['one two', 'one two']);
	});

	it('is the workflow’s output where no text came', () => {
		const { collector } = after([started, finished('succeeded', { answer: 'out' }), end]);
		expect(collector.snapshot().answer).toBe('out');
	});

	it('keeps one thought for each id, the last', () => {
		const thought = (id: string, said: string): Sent => ({
			event: 'agent_thought',
			...ids,
			id,
			thought: said,
		});
		const { collector } = after([thought('1', ''), thought('2', 'b'), thought('1', 'a'), end]);
		expect(collector.snapshot().agent_thoughts).toEqual([
			{ id: '1', thought: 'a' },
			{ id: '2', thought: 'b' },
		]);
	});
});

describe('reasoning', () => {
	const raw = '<think>\nhm\n</think>\n\nForty-two';

	it('stays in the answer unless asked for', () => {
		expect(after([text(raw), end]).collector.snapshot()).toMatchObject({ answer: raw });
	});

	it('is parted wherever the tags are cut, for reader and item alike', () => {
		for (let cut = 0; cut <= raw.length; cut++) {
			const { collector, live } = after([text(raw.slice(0, cut)), text(raw.slice(cut)), end], {
				separateReasoning: true,
			});
			expect(collector.snapshot()).toMatchObject({ answer: 'Forty-two', reasoning: 'hm' });
			expect(live).toBe('Forty-two');
		}
	});

	it.each([
		['a lone closing tag (dify#13590)', 'hm</think>yes', 'yes', 'hm'],
		['a block that is never closed', '<think>hm', '', 'hm'],
		['two blocks', 'a<think>b</think>c<think>d</think>e', 'ace', 'bd'],
		['no tags', 'a < b', 'a < b', ''],
		['half a tag at the end', 'a <thi', 'a <thi', ''],
	])('%s', (_, answer, said, reasoning) => {
		expect(splitReasoning(answer)).toEqual({ text: said, reasoning });
	});

	it('gives back at the end what was held for a tag', () => {
		const splitter = new ReasoningSplitter();
		expect(splitter.push('a <thi').text + splitter.end().text).toBe('a <thi');
	});

	it('comes from reasoning_chunk too', () => {
		const chunk = { event: 'reasoning_chunk', ...ids, data: { reasoning: 'hm' } };
		expect(after([chunk, text('x'), end]).collector.snapshot()).toMatchObject({
			answer: 'x',
			reasoning: 'hm',
		});
	});
});

it('takes any event with any field of the wrong type', () => {
	const wrong = [null, 7, 'x', [], {}, undefined, true];
	for (const event of [...Object.keys(EVENTS), 'unheard_of', 'toString', '__proto__']) {
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
			for (const value of wrong) {
				const collector = new RunAccumulator({ separateReasoning: true });
				collector.push({ event, [field]: value } as unknown as UnknownEvent);
				collector.push({ event, data: { [field]: value } } as unknown as UnknownEvent);
				expect(typeof collector.snapshot().answer).toBe('string');
			}
		}
	}
});
