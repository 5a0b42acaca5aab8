import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitForLastExecution, readOutputs } from './executions';
import type { TestBed } from '../../dev/n8n-server/testBed';
import { startTestBed } from '../../dev/n8n-server/testBed';
import { joinText, postForStream, postJson } from '../../dev/n8n-server/webhookClient';

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed();
});

afterAll(async () => {
	await testBed.close();
});

const webhook = (path: string): string => `${testBed.n8n.origin}/webhook/${path}`;

it('webhook-streaming: the caller receives each word while it streams, and the item has the same text', async () => {
	const id = await testBed.openExample('webhook-streaming');
	testBed.dify.enqueue('chat-plain', {
		script: { text: 'One two three four five six', gapMs: 200 },
	});
	const lines = await postForStream(webhook('dify-stream'), { query: 'Count' });
	expect(lines.map(({ type }) => type)).toEqual(['begin', ...Array(6).fill('item'), 'end']);
	expect(new Set(lines.map(({ metadata }) => metadata.nodeName))).toEqual(
		new Set(['Send Chat Message']),
	);
	const [first, last] = [lines.at(1), lines.at(-2)];
	// There are five gaps of 200 ms between the first and the last word.
	expect((last?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(600);
	const execution = await waitForLastExecution(testBed.n8n, id);
	expect(execution).toMatchObject({ status: 'success', mode: 'webhook' });
	const [[item]] = readOutputs(execution, 'Send Chat Message') as [[Record<string, unknown>]];
	expect(item).toMatchObject({ answer: 'One two three four five six', status: 'completed' });
	expect(joinText(lines)).toBe(item.answer);
	expect(testBed.dify.requests.at(-1)?.body).toMatchObject({ query: 'Count', user: 'webhook' });
});

it('webhook-streaming: after a failure mid-stream, the caller receives the partial answer and the error', async () => {
	testBed.dify.enqueue('chat-plain', {
		script: { text: 'One two three' },
		faults: [
			{
				kind: 'errorEvent',
				afterTokens: 2,
				code: 'completion_request_error',
				status: 400,
				message: 'The model is gone',
			},
		],
	});
	const lines = await postForStream(webhook('dify-stream'), { query: 'Count' });
	expect(joinText(lines)).toBe('One two');

	// The error is sent once, without the partial answer.
	const [error, ...more] = lines.filter(({ type }) => type === 'error');
	expect(error?.content).toMatch(
		/^The model is gone\n\n.*\(Dify error code: completion_request_error\)$/,
	);
	expect(more).toEqual([]);
});

it('webhook-blocking: the caller receives the answer in one JSON response', async () => {
	await testBed.openExample('webhook-blocking');
	const response = await postJson(webhook('dify-ask'), { query: 'Hello', user: 'dora' });
	expect(response.status).toBe(200);
	expect(await response.json()).toMatchObject({
		answer: 'Hello from the stub model. You said: Hello',
		status: 'completed',
	});
	expect(testBed.dify.requests.at(-1)?.body).toMatchObject({
		response_mode: 'blocking',
		user: 'dora',
	});
});

it('picture: uploads the file to Dify before it sends the message', async () => {
	await testBed.openExample('picture');
	const picture = readFileSync(join(__dirname, '../../nodes/Dify/dify.svg'));
	const form = new FormData();
	form.set('question', 'What is on it?');
	form.set('picture', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'photo.png');
	const response = await fetch(webhook('dify-picture'), { method: 'POST', body: form });
	expect(await response.json()).toMatchObject({ status: 'completed' });
	const paths = testBed.dify.requests.map(({ path }) => path);
	const [upload, message] = ['/v1/files/upload', '/v1/chat-messages'].map((path) =>
		paths.lastIndexOf(path),
	) as [number, number];
	expect(upload).toBeGreaterThan(-1);
	expect(upload).toBeLessThan(message);
	expect(testBed.dify.requests[message]?.body).toMatchObject({
		query: 'What is on it?',
		files: [{ type: 'image', transfer_method: 'local_file' }],
	});
});

describe('failure-branch example', () => {
	beforeAll(async () => {
		await testBed.openExample('failure-branch');
	});

	const callWebhook = async (): Promise<[number, unknown]> => {
		const response = await postJson(webhook('dify-careful'), { query: 'Hello' });
		return [response.status, await response.json()];
	};
	const failAfter = (afterTokens: number) => ({
		script: { text: 'One two three' },
		faults: [
			{
				kind: 'errorEvent' as const,
				afterTokens,
				code: 'completion_request_error',
				status: 400,
				message: 'Out of credit',
			},
		],
	});

	it('responds with a complete answer', async () => {
		expect(await callWebhook()).toEqual([
			200,
			{ complete: true, answer: 'Hello from the stub model. You said: Hello' },
		]);
	});

	it("responds with a partial answer and Dify's code", async () => {
		testBed.dify.enqueue('chat-plain', failAfter(2));
		expect(await callWebhook()).toEqual([
			200,
			{ complete: false, answer: 'One two', code: 'completion_request_error' },
		]);
	});

	it("responds with 502, Dify's code and the reason if there is no answer", async () => {
		testBed.dify.enqueue('chat-plain', failAfter(0));
		expect(await callWebhook()).toEqual([
			502,
			{ code: 'completion_request_error', reason: expect.stringContaining('Out of credit') },
		]);
	});
});
