import type { Routes } from './handWrittenServer';
import {
	event,
	pause,
	withServer,
	workflowEvent,
	writeJson,
	writeStream,
} from './handWrittenServer';
import { getItem, toLocator, withTestBed } from './testBed';

/**
 * Chatflows that send pings only, because Dify does not report a wrong request (langgenius/dify#37197).
 * The node looks for the cause after 10 s, so the tests run at the same time.
 */

it.concurrent(
	'send: names the missing input of a chatflow that sends only pings',
	async () =>
		await withTestBed({}, async (testBed) => {
			const result = await testBed.send('flow-vars');
			expect(result.durationMs).toBeLessThan(15_000);
			expect(result.error?.message).toBe('name is required in input form');
			expect(result.error?.description).toContain("'Inputs'");
		}),
);

it.concurrent(
	'send: names the unknown conversation of a chatflow that sends only pings',
	async () =>
		await withTestBed({}, async (testBed) => {
			const conversationId = toLocator('11111111-2222-4333-8444-555555555555');
			const result = await testBed.send('flow-plain', { conversationId });
			expect(result.durationMs).toBeLessThan(15_000);
			expect(result.error?.message).toBe('Conversation Not Exists.');
		}),
);

it.concurrent(
	'send: waits for the idle timeout if the request has no known fault',
	async () =>
		await withTestBed({}, async (testBed) => {
			testBed.dify.enqueue('flow-plain', { faults: [{ kind: 'pingOnly' }] });
			const result = await testBed.send('flow-plain', { options: { idleTimeout: 12 } });
			expect(result.durationMs).toBeGreaterThan(11_500);
			expect(result.error?.message).toBe('Dify sent no part of an answer within 12 s');
		}),
);

const FORM = {
	user_input_form: [
		{
			select: {
				variable: 'colour',
				label: 'Colour',
				required: false,
				options: ['red'],
				default: '',
			},
		},
	],
};

/** An app whose optional select has no value, and whose answer begins after 11.5 s. */
const createSlowApp = (version: string | undefined, mode = 'advanced-chat'): Routes => ({
	'POST /v1/chat-messages': async (response) => {
		writeStream(response, 'event: ping\n\n', { version });
		const startedAt = performance.now();
		while (performance.now() - startedAt < 11_500) {
			await pause(100);
			if (response.destroyed) return;
		}
		response.end(
			workflowEvent('workflow_started') +
				event('message', { answer: 'worth the wait' }) +
				event('message_end') +
				workflowEvent('workflow_finished', { status: 'succeeded' }),
		);
	},
	'GET /v1/parameters': (response) => writeJson(response, FORM),
	'GET /v1/info': (response) => writeJson(response, { mode }),
});

it.concurrent(
	'send: names an optional select without a value, which Dify 1.14 refuses silently',
	async () =>
		await withServer(createSlowApp('1.14.2'), async ({ send }) => {
			const { error } = await send();
			expect(error?.message).toBe('colour in input form must be one of the following: red');
		}),
);

it.concurrent.each([
	['a chatflow of Dify 1.15', createSlowApp('1.15.0')],
	['a chatflow of Dify 1.16', createSlowApp('1.16.0')],
	['a chatflow of an unknown version', createSlowApp(undefined)],
	['a Chatbot', createSlowApp('1.14.2', 'chat')],
])(
	'send: waits for %s, which may still answer',
	async (_, routes) =>
		await withServer(routes, async ({ send }) => {
			expect(getItem(await send())).toMatchObject({ answer: 'worth the wait' });
		}),
);
