import type { TestBed } from './testBed';
import { startTestBed } from './testBed';

/** The node as a tool of n8n's AI Agent. The agent's model fills in the query. */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed();
});

afterAll(async () => {
	await testBed.dify.close();
});

const query = "={{ $fromAI('question', 'What to ask', 'string') }}";

it('agent tool: returns its item to the agent', async () => {
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

it('agent tool: tells the agent why it failed and what to do', async () => {
	const { outputs } = await testBed.send(
		'chat-plain',
		{ query },
		{ toolArguments: { question: '' } },
	);
	expect(outputs[0]?.[0]?.json.error).toMatch(/^'Query' is empty\n\nDetails: Dify does not accept/);
});

it("agent tool: streams nothing, because the stream belongs to the agent's own answer", async () => {
	const { chunks, outputs } = await testBed.send(
		'chat-plain',
		{ query },
		{ toolArguments: { question: 'why?' }, streaming: true },
	);
	expect(outputs[0]?.[0]?.json.response).toBeDefined();
	expect(chunks).toEqual([]);
});
