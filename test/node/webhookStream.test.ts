import type { TestBed } from './testBed';
import { getItem, startTestBed } from './testBed';

/** The text that an execution streams to the caller of its webhook while the answer arrives. */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 1_000 });
});

afterAll(async () => {
	await testBed.dify.close();
});

describe('webhook stream:', () => {
	it('streams each word when it arrives, and the item contains the whole answer', async () => {
		const arrivals: number[] = [];
		testBed.dify.enqueue('chat-plain', { script: { text: 'one two three four', gapMs: 40 } });
		const result = await testBed.send(
			'chat-plain',
			{},
			{ streaming: true, onChunk: () => arrivals.push(performance.now()) },
		);
		expect(getItem(result).answer).toBe('one two three four');
		expect(result.chunks.map(({ type, content }) => [type, content])).toEqual([
			['begin', undefined],
			['item', 'one'],
			['item', ' two'],
			['item', ' three'],
			['item', ' four'],
			['end', undefined],
		]);
		const [, first = 0] = arrivals;
		expect((arrivals.at(-1) ?? 0) - first).toBeGreaterThan(80);
	});

	it('streams a blocking answer in one chunk', async () => {
		const result = await testBed.send(
			'flow-plain',
			{ responseMode: 'blocking' },
			{ streaming: true },
		);
		expect(result.chunks.map(({ type, content }) => [type, content])).toEqual([
			['begin', undefined],
			['item', 'Hello from the stub model. You said: hello'],
			['end', undefined],
		]);
	});

	it('returns the whole answer and adds a hint if n8n cannot stream any more', async () => {
		testBed.dify.enqueue('chat-plain', { script: { text: 'one two three' } });
		const result = await testBed.send(
			'chat-plain',
			{},
			{
				streaming: true,
				onChunk: ({ content }) => {
					if (content === ' two') throw new Error('the channel is closed');
				},
			},
		);
		expect(getItem(result)).toMatchObject({ answer: 'one two three', status: 'completed' });
		expect(result.chunks.map(({ type, content }) => [type, content])).toEqual([
			['begin', undefined],
			['item', 'one'],
			['item', ' two'],
		]);
		expect(result.hints.map(({ message }) => message)).toEqual([
			'The answer could not be streamed to its end: the channel is closed',
		]);
	});

	it.each([
		// n8n itself streams the error of a node that stops the workflow: the error's description.
		['stopWorkflow', "The model's provider rejected the request or ended it early"],
		['continueRegularOutput', 'The model is gone'],
	] as const)('streams an error once (%s)', async (onError, expected) => {
		testBed.dify.enqueue('chat-plain', {
			script: { text: 'one two three' },
			faults: [
				{
					kind: 'errorEvent',
					afterTokens: 2,
					code: 'completion_request_error',
					status: 400,
					message: 'The model is gone',
				},
			],
		});
		const { chunks } = await testBed.send('chat-plain', {}, { streaming: true, onError });
		const [errorChunk, ...otherErrorChunks] = chunks.filter(({ type }) => type === 'error');
		expect(errorChunk?.content).toContain(expected);
		expect(errorChunk?.content).not.toContain('one two');
		expect(otherErrorChunks).toEqual([]);
	});

	it.each(['stopWorkflow', 'continueRegularOutput'] as const)(
		'streams the reason if the message was not sent (%s)',
		async (onError) => {
			const file = [{ source: 'binary', binaryPropertyName: 'data', type: 'image' }];
			const job = { streaming: true, onError };
			const { chunks } = await testBed.send('chat-plain', { files: { file } }, job);
			const errors = chunks.filter(({ type }) => type === 'error');
			expect(errors).toHaveLength(1);
			expect(errors[0]?.content).toContain("no binary field 'data'");
			expect(chunks.filter(({ type }) => type === 'item')).toEqual([]);
		},
	);

	it.each([false, 'False', 0])(
		'streams no error if the option streamToResponse is %j',
		async (streamToResponse) => {
			const result = await testBed.send(
				'chat-plain',
				{ query: '={{ "" }}', options: { streamToResponse } },
				{ streaming: true, onError: 'continueRegularOutput' },
			);
			expect(getItem(result)).toMatchObject({ error: "'Query' is empty" });
			expect(result.chunks).toEqual([]);
		},
	);

	it('streams nothing if the option streamToResponse is off', async () => {
		const parameters = { options: { streamToResponse: false } };
		const result = await testBed.send('chat-plain', parameters, { streaming: true });
		getItem(result);
		expect(result.chunks).toEqual([]);
	});
});
