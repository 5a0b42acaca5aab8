import type { TestBed } from './testBed';
import { getItem, startTestBed } from './testBed';

const CHAT_TRIGGER = '@n8n/n8n-nodes-langchain.chatTrigger';
const WEBHOOK = 'n8n-nodes-base.webhook';

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20 });
});

afterAll(async () => {
	await testBed.dify.close();
});

it('send: in a chat the simplified item has the answer as output, where the chat reads it, and ten fields', async () => {
	const item = getItem(await testBed.send('chat-plain', {}, { triggerType: CHAT_TRIGGER }));
	expect(item.output).toBe(item.answer);
	expect(item.output).toContain('You said: hello');
	expect(item).not.toHaveProperty('created_at');
	expect(Object.keys(item)).toHaveLength(10);
});

it('send: in a chat the item without Simplify has output and all its other fields', async () => {
	const job = { triggerType: CHAT_TRIGGER };
	const item = getItem(await testBed.send('chat-plain', { simplify: false }, job));
	expect(item).toMatchObject({ output: item.answer, task_id: expect.any(String) });
});

it('send: started by another trigger the item has no output and keeps task_id', async () => {
	const webhook = { triggerType: WEBHOOK, otherTriggerType: CHAT_TRIGGER };
	for (const job of [{}, webhook]) {
		const item = getItem(await testBed.send('chat-plain', {}, job));
		expect(item).not.toHaveProperty('output');
		expect(item).toMatchObject({ task_id: expect.any(String) });
	}
});

it('send: as a tool of an agent in a chat the item has no output', async () => {
	const job = { triggerType: CHAT_TRIGGER, toolArguments: {} };
	const result = await testBed.send('chat-plain', {}, job);
	expect(JSON.stringify(result.outputs)).toContain('You said: hello');
	expect(JSON.stringify(result.outputs)).not.toContain('output');
});

it('send: a failed message in a chat that continues has the partial answer as output', async () => {
	const job = { triggerType: CHAT_TRIGGER, onError: 'continueRegularOutput' } as const;
	const item = getItem(await testBed.send('chat-plain', { query: 'x [error]' }, job));
	expect(item.answer).not.toBe('');
	expect(item).toMatchObject({ error: expect.any(String), output: item.answer });
});
