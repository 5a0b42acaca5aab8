import type { TestBed } from './testBed';
import { startTestBed } from './testBed';

/** An unknown operation, and errors that the node did not create itself. */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20 });
});

afterAll(async () => {
	await testBed.dify.close();
});

/** The message of n8n's error for an expression, which is neither a NodeOperationError nor a NodeApiError. */
const EXPRESSION_ERROR = "Referenced node doesn't exist";
const items = [{ json: { query: 'one' } }, { json: {} }, { json: { query: 'three' } }];
const query = "={{ $json.query ?? $('Nowhere').item.json.query }}";

it('router: reports an unknown operation of a resource, and sends no request', async () => {
	const before = testBed.dify.requests.length;
	const { error, outputs } = await testBed.send('chat-plain', { operation: 'shout' });
	expect(error).toMatchObject({
		name: 'NodeOperationError',
		message: "The resource 'chatMessage' has no operation 'shout'",
	});
	expect(outputs).toEqual([]);
	expect(testBed.dify.requests).toHaveLength(before);
});

describe("router, n8n's error for an expression:", () => {
	it('ends the execution with its own message and the index of the item', async () => {
		const { error, outputs } = await testBed.send('chat-plain', { query }, { items });
		expect(error).toMatchObject({
			name: 'NodeOperationError',
			message: EXPRESSION_ERROR,
			context: { itemIndex: 1, parameter: 'query' },
		});
		expect(outputs).toEqual([]);
	});

	it('becomes an item with "Continue"', async () => {
		const { outputs, error } = await testBed.send(
			'chat-plain',
			{ query },
			{ items, onError: 'continueRegularOutput' },
		);
		expect(error).toBeUndefined();
		expect(outputs).toEqual([
			[
				{ json: expect.objectContaining({ status: 'completed' }), pairedItem: { item: 0 } },
				{ json: { error: EXPRESSION_ERROR }, pairedItem: { item: 1 } },
				{ json: expect.objectContaining({ status: 'completed' }), pairedItem: { item: 2 } },
			],
		]);
	});

	it.each([1, 3])(
		'goes to the error output with "Continue (using error output)" and a concurrency of %d',
		async (maxConcurrency) => {
			const { outputs, error } = await testBed.send(
				'chat-plain',
				{ query, options: { maxConcurrency } },
				{ items, onError: 'continueErrorOutput' },
			);
			expect(error).toBeUndefined();
			const [successItems = [], errorItems = []] = outputs;
			expect(successItems.map(({ json, pairedItem }) => [json.answer, pairedItem])).toEqual([
				['Hello from the stub model. You said: one', { item: 0 }],
				['Hello from the stub model. You said: three', { item: 2 }],
			]);
			expect(errorItems).toEqual([{ json: { error: EXPRESSION_ERROR }, pairedItem: { item: 1 } }]);
		},
	);
});
