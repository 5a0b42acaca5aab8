import { Container } from '@n8n/di';
import { Logger } from '@n8n/backend-common';
import type { TestBed } from './testBed';
import { getItem, startTestBed } from './testBed';

let testBed: TestBed;
/** The method of n8n's logger that receives the node's messages. */
let debug: jest.SpyInstance;

beforeAll(async () => {
	testBed = await startTestBed();
	debug = jest.spyOn(Container.get(Logger), 'debug');
});

afterEach(() => {
	debug.mockReset();
});

afterAll(async () => {
	await testBed.dify.close();
});

/** Returns the calls of the node, without those of n8n's engine. */
const getLogCalls = (): unknown[][] =>
	debug.mock.calls.filter(([message]) => String(message).startsWith('Dify: '));

it('debug log: shows the request, the first event and why the run ended', async () => {
	getItem(await testBed.send('chat-plain', { query: 'a secret question' }));
	expect(getLogCalls()).toEqual([
		['Dify: Sending request', { itemIndex: 0, method: 'POST', path: '/chat-messages' }],
		['Dify: First event', { itemIndex: 0, event: 'message', ms: expect.any(Number) }],
		[
			'Dify: Run ended',
			expect.objectContaining({ status: 'completed', events: expect.any(Number) }),
		],
	]);
});

it('debug log: contains no message content, no API key and no form token', async () => {
	const item = getItem(await testBed.send('chat-plain', { query: 'a secret question' }));
	const key = testBed.dify.key('chat-plain');
	await testBed.run({
		app: 'chat-plain',
		resource: 'chatMessage',
		operation: 'stop',
		parameters: { taskId: key },
	});
	await testBed.run({
		app: 'flow-plain',
		resource: 'chatMessage',
		operation: 'submitForm',
		parameters: {
			form: 'secret-token',
			workflowRunId: item.message_id as string,
			action: 'approve',
		},
	});
	const text = JSON.stringify(getLogCalls());
	expect(text).toContain('/chat-messages/***/stop');
	expect(text).toContain('/form/human_input/***');
	for (const secret of ['secret', key, item.answer as string]) expect(text).not.toContain(secret);
});

it('debug log: a logger that throws does not fail the execution', async () => {
	debug.mockImplementation((message: string) => {
		if (message.startsWith('Dify: ')) throw new Error('the log is full');
	});
	expect(getItem(await testBed.send('chat-plain'))).toMatchObject({ status: 'completed' });
});
