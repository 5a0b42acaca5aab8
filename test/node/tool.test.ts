import type { World } from './harness';
import { openWorld } from './harness';

/** The node as the tool of an AI agent: the model fills in the query. */

let world: World;

beforeAll(async () => {
	world = await openWorld();
});

afterAll(async () => {
	await world.dify.close();
});

const query = "={{ $fromAI('question', 'What to ask', 'string') }}";

it('answers an agent with its item', async () => {
	const { outputs } = await world.send(
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
	const { outputs } = await world.send(
		'chat-plain',
		{ query },
		{ toolArguments: { question: '' } },
	);
	expect(outputs[0]?.[0]?.json.error).toMatch(/^'Query' is empty\n\nDetails: Dify does not accept/);
});

it("keeps its words out of the agent's own answer where the execution streams", async () => {
	const { chunks, outputs } = await world.send(
		'chat-plain',
		{ query },
		{ toolArguments: { question: 'why?' }, streaming: true },
	);
	expect(outputs[0]?.[0]?.json.response).toBeDefined();
	expect(chunks).toEqual([]);
});
