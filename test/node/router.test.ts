import type { TestBed } from './testBed';
import { startTestBed } from './testBed';

/** What the router makes of an operation there is not, and of errors that others threw. */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20 });
});

afterAll(async () => {
	await testBed.dify.close();
});

/** n8n's own error for an expression: neither a NodeOperationError nor a NodeApiError. */
const REASON = "Referenced node doesn't exist";
const items = [{ json: { query: 'one' } }, { json: {} }, { json: { query: 'three' } }];
const query = "={{ $json.query ?? $('Nowhere').item.json.query }}";

it('says which operation of which resource there is not, and sends nothing', async () => {
	const before = testBed.dify.requests.length;
	const { error, outputs } = await testBed.send('chat-plain', { operation: 'shout' });
	expect(error).toMatchObject({
		name: 'NodeOperationError',
		message: "The resource 'chatMessage' has no operation 'shout'",
	});
	expect(outputs).toEqual([]);
	expect(testBed.dify.requests).toHaveLength(before);
});

describe('an error that is not of this node', () => {
	it('ends the run, with its own message and the item it came of', async () => {
		const { error, outputs } = await testBed.send('chat-plain', { query }, { items });
		expect(error).toMatchObject({
			name: 'NodeOperationError',
			message: REASON,
			context: { itemIndex: 1, parameter: 'query' },
		});
		expect(outputs).toEqual([]);
	});

	it('becomes an item among the others, with "Continue"', async () => {
		const { outputs, error } = await testBed.send(
			'chat-plain',
			{ query },
			{ items, onError: 'continueRegularOutput' },
		);
		expect(error).toBeUndefined();
		expect(outputs).toEqual([
			[
				{ json: expect.objectContaining({ status: 'completed' }), pairedItem: { item: 0 } },
				{ json: { error: REASON }, pairedItem: { item: 1 } },
				{ json: expect.objectContaining({ status: 'completed' }), pairedItem: { item: 2 } },
			],
		]);
	});

	it.each([1, 3])(
		'goes to the error output, with "Continue (using error output)" and %d at a time',
		async (maxConcurrency) => {
			const { outputs, error } = await testBed.send(
				'chat-plain',
				{ query, options: { maxConcurrency } },
				{ items, onError: 'continueErrorOutput' },
			);
			expect(error).toBeUndefined();
			const [good = [], bad = []] = outputs;
			expect(good.map(({ json, pairedItem }) => [json.answer, pairedItem])).toEqual([
				['Hello from the stub model. You said: one', { item: 0 }],
				['Hello from the stub model. You said: three', { item: 2 }],
			]);
			expect(bad).toEqual([{ json: { error: REASON }, pairedItem: { item: 1 } }]);
		},
	);
});
