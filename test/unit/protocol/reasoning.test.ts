import { RunAccumulator } from '../../../protocol/stream/accumulator';
import { parseBlockingBody } from '../../../protocol/stream/blocking';
import type { DifyEvent } from '../../../protocol/stream/events';
import { splitReasoning } from '../../../protocol/stream/reasoning';

const rows: Array<[string, string, string, string]> = [
	['nested blocks', '<think>a <think>b</think> c</think>\n\nFinal', 'Final', 'a b c'],
	['two inner blocks', '<think>a<think>b</think>c<think>d</think>e</think>F', 'F', 'abcde'],
	['three levels', '<think><think><think>a</think></think></think>F', 'F', 'a'],
	['an outer tag without a partner', '<think>a <think>b</think>\nFinal', 'Final', 'a b'],
	['a block after a tag without a partner', '<think>a<think>b</think>c<think>d', 'c', 'abd'],
	['indented text', '<think>a</think>\n\n    code\n  more', '    code\n  more', 'a'],
	['text after spaces', '<think>a</think> b', ' b', 'a'],
	['blank lines with spaces', '<think>a</think>  \n \t\r\n\tb', '\tb', 'a'],
	['nothing after the block', '<think>a</think>\n  ', '', 'a'],
	['a partial tag at the end', '<think>a</think>b <thi', 'b <thi', 'a'],
	['a partial tag in a block', '<think>a </thi', '', 'a </thi'],
	['text around a block', 'a\n<think>b</think>\nc', 'a\nc', 'b'],
];

describe('reasoning: think tags', () => {
	it.each(rows)('splitReasoning: %s', (_, answer, text, reasoning) => {
		expect(splitReasoning(answer)).toEqual({ text, reasoning });
	});

	it.each(rows)('a streaming client receives the same text: %s', (_, answer, text, reasoning) => {
		for (let cut = 0; cut <= answer.length; cut++) {
			for (const pieces of [[answer.slice(0, cut), answer.slice(cut)], [...answer]]) {
				const accumulator = new RunAccumulator({ separateReasoning: true });
				const streamed = pieces.map((piece) =>
					accumulator.push({ event: 'message', answer: piece }),
				);
				expect(streamed.join('') + accumulator.end()).toBe(text);
				const result = accumulator.snapshot();
				expect([result.answer, result.reasoning ?? '']).toEqual([text, reasoning]);
			}
		}
	});

	it.each([
		['continues the answer', 'ab <thi', 'ab <thi…', 'ab <thi…'],
		['replaces the answer', 'ab <thi', 'new', 'ab \n\nnew'],
		['ends with a partial tag', 'ab', 'ab <thi', 'ab <thi'],
	])('a replacement that %s', (_, before, after, expected) => {
		const accumulator = new RunAccumulator({ separateReasoning: true });
		const streamed =
			accumulator.push({ event: 'message', answer: before }) +
			accumulator.push({ event: 'message_replace', answer: after }) +
			accumulator.end();
		expect(streamed).toBe(expected);
		expect(accumulator.snapshot().answer).toBe(after);
	});
});

describe('reasoning: separated by Dify', () => {
	const chunk = (reasoning: string, node_id: string, is_final = false): DifyEvent => ({
		event: 'reasoning_chunk',
		data: { reasoning, node_id, is_final },
	});
	const collect = (events: DifyEvent[], options = {}): string | undefined => {
		const accumulator = new RunAccumulator(options);
		for (const event of events) accumulator.push(event);
		return accumulator.snapshot().reasoning;
	};

	it('joins the chunks of each node, also if nodes run at the same time or twice', () => {
		expect(
			collect([
				chunk('\na', 'x'),
				chunk('b', 'y'),
				chunk('a\n', 'x', true),
				chunk('b', 'y', true),
				chunk('c', 'x'),
			]),
		).toBe('aa\nbb\nc');
	});

	it('prefers the metadata of message_end, as a blocking answer has it', () => {
		const metadata = { reasoning: { llm: 'First.\nThen.', other: '' } };
		const answer = '<think>t</think>x';
		for (const separateReasoning of [false, true]) {
			const events: DifyEvent[] = [
				chunk('\nFirst.\nThen.\n', 'llm', true),
				{ event: 'message', answer },
				{ event: 'message_end', metadata },
			];
			const blocking = parseBlockingBody(
				{ answer, message_id: 'm', metadata },
				{ separateReasoning },
			);
			expect(collect(events, { separateReasoning })).toBe(blocking.reasoning);
			expect(blocking.reasoning).toBe(separateReasoning ? 'First.\nThen.\nt' : 'First.\nThen.');
		}
	});

	it('keeps the chunks if the metadata has no reasoning', () => {
		expect(collect([chunk('a', 'x'), { event: 'message_end', metadata: { reasoning: {} } }])).toBe(
			'a',
		);
	});

	it('content that is marked as a thought or a tool result is not part of the answer', () => {
		const accumulator = new RunAccumulator();
		const message = (answer: string, chunk_type: string): DifyEvent => ({
			event: 'message',
			answer,
			chunk_type,
		});
		accumulator.push(message('Look it up.', 'thought'));
		accumulator.push(message('{"rows":3}', 'tool_result'));
		accumulator.push(message('Hi', 'text'));
		expect(accumulator.snapshot()).toMatchObject({ answer: 'Hi', reasoning: 'Look it up.' });
	});
});
