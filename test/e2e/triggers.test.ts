import { waitForLastExecution, readOutputs } from './executions';
import type { ScriptedModel } from '../../dev/n8n-server/scriptedModel';
import { startScriptedModel } from '../../dev/n8n-server/scriptedModel';
import type { TestBed } from '../../dev/n8n-server/testBed';
import { findNode, readExample, startTestBed } from '../../dev/n8n-server/testBed';
import { joinText, postForStream, postJson } from '../../dev/n8n-server/webhookClient';

let testBed: TestBed;
let model: ScriptedModel;

beforeAll(async () => {
	model = await startScriptedModel('How many days of leave are there?');
	testBed = await startTestBed();
	await testBed.n8n.createCredential('OpenAI account', 'openAiApi', {
		apiKey: 'sk-scripted',
		url: model.baseUrl,
	});
});

afterAll(async () => {
	await testBed.close();
	await model.close();
});

/** Returns the URL of an example's chat endpoint, which n8n's chat page uses. */
const chatUrl = (example: string): string => {
	const trigger = findNode(readExample(example), 'When chat message received');
	return `${testBed.n8n.origin}/webhook/${String(trigger.webhookId)}/chat`;
};

const sentMessages = (): Array<Record<string, unknown>> =>
	testBed.dify.requests
		.filter(({ path }) => path === '/v1/chat-messages')
		.map(({ body }) => body as Record<string, unknown>);

it('chat: streams the answer and keeps one conversation per session', async () => {
	await testBed.openExample('chat');
	const send = async (sessionId: string, chatInput: string): Promise<string> =>
		joinText(await postForStream(chatUrl('chat'), { action: 'sendMessage', sessionId, chatInput }));
	expect(await send('ann', 'First')).toBe('Hello from the stub model. You said: First');
	await send('bob', 'Mine');
	await send('ann', 'Second');
	await send('ann', 'Third');
	await send('bob', 'Mine too');
	const turns = sentMessages().map(({ user, query, conversation_id }) => [
		user,
		query,
		conversation_id,
	]);
	const ann = turns.filter(([user]) => user === 'ann').map(([, , id]) => id);
	const bob = turns.filter(([user]) => user === 'bob').map(([, , id]) => id);
	// The first message of a session has no conversation id. The later ones have the id of the new conversation.
	expect(ann).toEqual([undefined, expect.any(String), ann[1]]);
	expect(bob).toEqual([undefined, expect.any(String)]);
	expect(bob[1]).not.toBe(ann[1]);
});

it("agent-tool: the agent sends its model's question to Dify and answers with the result", async () => {
	await testBed.openExample('agent-tool');
	const response = await postJson(chatUrl('agent-tool'), {
		action: 'sendMessage',
		sessionId: 'carl',
		chatInput: 'Tell me about leave',
	});
	const { output } = (await response.json()) as { output: string };
	expect(sentMessages().at(-1)).toMatchObject({
		query: 'How many days of leave are there?',
		user: 'carl',
	});
	expect(output).toMatch(/^The handbook says: .*You said: How many days of leave are there\?/);
	expect(model.requests[0]?.tools?.map((tool) => tool.function)).toEqual([
		expect.objectContaining({ description: "Answers questions from the company's handbook" }),
	]);
});

it('nightly-summary: processes 30 items in order and separates the failed ones', async () => {
	const tickets = Array.from({ length: 30 }, (_, index) => ({
		id: `T-${index}`,
		text: index % 10 === 3 ? `Ticket ${index} [error]` : `Ticket ${index}`,
	}));
	const before = sentMessages().length;
	const id = await testBed.openExample('nightly-summary', (workflow) => {
		findNode(workflow, "Yesterday's Items").parameters = {
			mode: 'raw',
			jsonOutput: JSON.stringify({ items: tickets }),
			options: {},
		};
		// The trigger fires every second instead of every night.
		findNode(workflow, 'Schedule Trigger').parameters = {
			rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] },
		};
	});
	const execution = await waitForLastExecution(testBed.n8n, id);
	await testBed.n8n.rest.request('POST', `/workflows/${id}/deactivate`);
	expect(execution).toMatchObject({ status: 'success', mode: 'trigger' });
	const [summaries] = readOutputs(execution, 'Summaries');
	const [failures] = readOutputs(execution, 'Failures');
	const isFailing = ({ text }: { text: string }): boolean => text.includes('[error]');
	expect(summaries).toEqual(
		tickets
			.filter((ticket) => !isFailing(ticket))
			.map(({ id: ticket, text }) => ({
				id: ticket,
				summary: `Hello from the stub model. You said: Summarize in one sentence: ${text}`,
			})),
	);
	expect(failures).toEqual(
		tickets.filter(isFailing).map(({ id: ticket }) => ({
			id: ticket,
			code: 'completion_request_error',
			reason: expect.stringContaining('stub provider failed mid-way'),
		})),
	);
	expect(sentMessages().length - before).toBeGreaterThanOrEqual(30);
});
