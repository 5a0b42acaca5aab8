import { Container } from '@n8n/di';
import { Logger } from '@n8n/backend-common';
import type { World } from './harness';
import { itemOf, openWorld } from './harness';

let world: World;
let debug: jest.SpyInstance;

beforeAll(async () => {
	world = await openWorld();
	debug = jest.spyOn(Container.get(Logger), 'debug');
});

afterEach(() => {
	debug.mockReset();
});

afterAll(async () => {
	await world.dify.close();
});

/** The lines that the node wrote, without those of n8n's engine. */
const lines = (): unknown[][] =>
	debug.mock.calls.filter(([message]) => String(message).startsWith('Dify: '));

it('debug log: shows the request, the first event and why the run ended', async () => {
	itemOf(await world.send('chat-plain', { query: 'a secret question' }));
	expect(lines()).toEqual([
		['Dify: Sending request', { itemIndex: 0, method: 'POST', path: '/chat-messages' }],
		['Dify: First event', { itemIndex: 0, event: 'message', ms: expect.any(Number) }],
		[
			'Dify: Run ended',
			expect.objectContaining({ status: 'completed', events: expect.any(Number) }),
		],
	]);
});

it('debug log: contains no message content, no API key and no form token', async () => {
	const item = itemOf(await world.send('chat-plain', { query: 'a secret question' }));
	const key = world.dify.key('chat-plain');
	await world.run('chat-plain', 'chatMessage', 'stop', { taskId: key });
	await world.run('flow-plain', 'chatMessage', 'submitForm', {
		form: 'secret-token',
		workflowRunId: item.message_id as string,
		action: 'approve',
	});
	const text = JSON.stringify(lines());
	expect(text).toContain('/chat-messages/***/stop');
	expect(text).toContain('/form/human_input/***');
	for (const secret of ['secret', key, item.answer as string]) expect(text).not.toContain(secret);
});

it('debug log: a logger that throws does not fail the execution', async () => {
	debug.mockImplementation((message: string) => {
		if (message.startsWith('Dify: ')) throw new Error('the log is full');
	});
	expect(itemOf(await world.send('chat-plain'))).toMatchObject({ status: 'completed' });
});
