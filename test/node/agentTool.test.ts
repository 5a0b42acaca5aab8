import type { TestBed } from './testBed';
import { startTestBed } from './testBed';

/** The node as the tool of an AI agent: the model fills in the query. */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed();
});

afterAll(async () => {
	await testBed.dify.close();
});

const query = "={{ $fromAI('question', 'What to ask', 'string') }}";

it('answers an agent with its item', async () => {
	const { outputs } = await testBed.send(
		'chat-plain',
		{ query },
		{ toolArguments: { question: 'why?' } },
	);
	expect(outputs[0]?.[0]?.json.response).toEqual([
		expect.objectContaining({
			answer: 'Hello from the stub model. You said: why?',
			status: 'completed',
			conversation_id: expect.any(String),
		}),
	]);
});

it('tells the agent why it failed, with what to do about it', async () => {
	const { outputs } = await testBed.send(
		'chat-plain',
		{ query },
		{ toolArguments: { question: '' } },
	);
	expect(outputs[0]?.[0]?.json.error).toMatch(
		/^'Query' is empty \[item 0\]\n\nDetails: Dify does not accept/,
	);
});

it("keeps its words out of the agent's own answer where the execution streams", async () => {
	const { chunks, outputs } = await testBed.send(
		'chat-plain',
		{ query },
		{ toolArguments: { question: 'why?' }, streaming: true },
	);
	expect(outputs[0]?.[0]?.json.response).toBeDefined();
	expect(chunks).toEqual([]);
});
