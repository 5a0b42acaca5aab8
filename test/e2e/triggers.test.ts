import { lastExecution, outputsOf } from './executions';
import type { ScriptedModel } from './scriptedModel';
import { startScriptedModel } from './scriptedModel';
import type { World } from './server';
import { nodeOf, openWorld, postForStream, postJson, readExample, textOf } from './server';

let world: World;
let model: ScriptedModel;

beforeAll(async () => {
	model = await startScriptedModel('How many days of leave are there?');
	world = await openWorld();
	await world.n8n.createCredential('OpenAI account', 'openAiApi', {
		apiKey: 'sk-scripted',
		url: model.baseUrl,
	});
});

afterAll(async () => {
	await world.close();
	await model.close();
});

/** The chat endpoint of a workflow in examples/, which n8n's chat page talks to. */
const chatOf = (example: string): string => {
	const trigger = nodeOf(readExample(example), 'When chat message received');
	return `${world.n8n.origin}/webhook/${String(trigger.webhookId)}/chat`;
};

const sent = (): Array<Record<string, unknown>> =>
	world.dify.requests
		.filter(({ path }) => path === '/v1/chat-messages')
		.map(({ body }) => body as Record<string, unknown>);

it('chat: streamed, and each session keeps its conversation from turn to turn', async () => {
	await world.open('chat');
	const say = async (sessionId: string, chatInput: string): Promise<string> =>
		textOf(await postForStream(chatOf('chat'), { action: 'sendMessage', sessionId, chatInput }));
	expect(await say('ann', 'First')).toBe('Hello from the stub model. You said: First');
	await say('bob', 'Mine');
	await say('ann', 'Second');
	await say('ann', 'Third');
	await say('bob', 'Mine too');
	const turns = sent().map(({ user, query, conversation_id }) => [user, query, conversation_id]);
	const ann = turns.filter(([user]) => user === 'ann').map(([, , id]) => id);
	const bob = turns.filter(([user]) => user === 'bob').map(([, , id]) => id);
	// A first turn names no conversation; the later ones all name the one that it began.
	expect(ann).toEqual([undefined, expect.any(String), ann[1]]);
	expect(bob).toEqual([undefined, expect.any(String)]);
	expect(bob[1]).not.toBe(ann[1]);
});

it('agent-tool: the agent asks Dify what its model wants to know, and answers with it', async () => {
	await world.open('agent-tool');
	const response = await postJson(chatOf('agent-tool'), {
		action: 'sendMessage',
		sessionId: 'carl',
		chatInput: 'Tell me about leave',
	});
	const { output } = (await response.json()) as { output: string };
	expect(sent().at(-1)).toMatchObject({
		query: 'How many days of leave are there?',
		user: 'carl',
	});
	expect(output).toMatch(/^The handbook says: .*You said: How many days of leave are there\?/);
	expect(model.asked[0]?.tools?.map((tool) => tool.function)).toEqual([
		expect.objectContaining({ description: "Answers questions from the company's handbook" }),
	]);
});

it('nightly-summary: many items at a time, in order, what fails apart', async () => {
	const tickets = Array.from({ length: 30 }, (_, index) => ({
		id: `T-${index}`,
		text: index % 10 === 3 ? `Ticket ${index} [error]` : `Ticket ${index}`,
	}));
	const before = sent().length;
	const id = await world.open('nightly-summary', (workflow) => {
		nodeOf(workflow, "Yesterday's Items").parameters = {
			mode: 'raw',
			jsonOutput: JSON.stringify({ items: tickets }),
			options: {},
		};
		// Every second in place of every night.
		nodeOf(workflow, 'Schedule Trigger').parameters = {
			rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] },
		};
	});
	const execution = await lastExecution(world.n8n, id);
	await world.n8n.rest.call('POST', `/workflows/${id}/deactivate`);
	expect(execution).toMatchObject({ status: 'success', mode: 'trigger' });
	const [summaries] = outputsOf(execution, 'Summaries');
	const [failures] = outputsOf(execution, 'Failures');
	const isFailing = ({ text }: { text: string }): boolean => text.includes('[error]');
	expect(summaries).toEqual(
		tickets
			.filter((ticket) => !isFailing(ticket))
			.map(({ id: ticket, text }) => ({
				id: ticket,
				summary: `Hello from the stub model. You said: Summarise in one sentence: ${text}`,
			})),
	);
	expect(failures).toEqual(
		tickets.filter(isFailing).map(({ id: ticket }) => ({
			id: ticket,
			code: 'completion_request_error',
			reason: expect.stringContaining('stub provider failed mid-way'),
		})),
	);
	expect(sent().length - before).toBeGreaterThanOrEqual(30);
});
