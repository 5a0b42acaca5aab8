import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastExecution, outputsOf } from './executions';
import type { World } from './server';
import { openWorld, postForStream, postJson, textOf } from './server';

let world: World;

beforeAll(async () => {
	world = await openWorld();
});

afterAll(async () => {
	await world.close();
});

const webhook = (path: string): string => `${world.n8n.origin}/webhook/${path}`;

it('webhook-streaming: the caller reads each word as it comes, and the item has the same text', async () => {
	const id = await world.open('webhook-streaming');
	world.dify.enqueue('chat-plain', {
		script: { text: 'One two three four five six', gapMs: 200 },
	});
	const lines = await postForStream(webhook('dify-stream'), { query: 'Count' });
	expect(lines.map(({ type }) => type)).toEqual(['begin', ...Array(6).fill('item'), 'end']);
	expect(new Set(lines.map(({ metadata }) => metadata.nodeName))).toEqual(
		new Set(['Send Chat Message']),
	);
	const [first, last] = [lines.at(1), lines.at(-2)];
	// Five gaps of 200 ms lie between them.
	expect((last?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(600);
	const execution = await lastExecution(world.n8n, id);
	expect(execution).toMatchObject({ status: 'success', mode: 'webhook' });
	const [[item]] = outputsOf(execution, 'Send Chat Message') as [[Record<string, unknown>]];
	expect(item).toMatchObject({ answer: 'One two three four five six', status: 'completed' });
	expect(textOf(lines)).toBe(item.answer);
	expect(world.dify.requests.at(-1)?.body).toMatchObject({ query: 'Count', user: 'webhook' });
});

it('webhook-streaming: a failure in the middle reaches the caller after what had come', async () => {
	world.dify.enqueue('chat-plain', {
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
	expect(textOf(lines)).toBe('One two');

	// Once, and without the words that they have already.
	const [told, ...more] = lines.filter(({ type }) => type === 'error');
	expect(told?.content).toMatch(
		/^The model is gone\n\n.*\(Dify error code: completion_request_error\)$/,
	);
	expect(more).toEqual([]);
});

it('webhook-blocking: one body', async () => {
	await world.open('webhook-blocking');
	const response = await postJson(webhook('dify-ask'), { query: 'Hello', user: 'dora' });
	expect(response.status).toBe(200);
	expect(await response.json()).toMatchObject({
		answer: 'Hello from the stub model. You said: Hello',
		status: 'completed',
	});
	expect(world.dify.requests.at(-1)?.body).toMatchObject({
		response_mode: 'blocking',
		user: 'dora',
	});
});

it('picture: the uploaded file goes to Dify first, and with the question', async () => {
	await world.open('picture');
	const picture = readFileSync(join(__dirname, '../../nodes/Dify/dify.svg'));
	const form = new FormData();
	form.set('question', 'What is on it?');
	form.set('picture', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'photo.png');
	const response = await fetch(webhook('dify-picture'), { method: 'POST', body: form });
	expect(await response.json()).toMatchObject({ status: 'completed' });
	const paths = world.dify.requests.map(({ path }) => path);
	const [upload, message] = ['/v1/files/upload', '/v1/chat-messages'].map((path) =>
		paths.lastIndexOf(path),
	) as [number, number];
	expect(upload).toBeGreaterThan(-1);
	expect(upload).toBeLessThan(message);
	expect(world.dify.requests[message]?.body).toMatchObject({
		query: 'What is on it?',
		files: [{ type: 'image', transfer_method: 'local_file' }],
	});
});

describe('failure-branch', () => {
	beforeAll(async () => {
		await world.open('failure-branch');
	});

	const ask = async (): Promise<[number, unknown]> => {
		const response = await postJson(webhook('dify-careful'), { query: 'Hello' });
		return [response.status, await response.json()];
	};
	const brokenAfter = (afterTokens: number) => ({
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

	it('gives a whole answer as it is', async () => {
		expect(await ask()).toEqual([
			200,
			{ complete: true, answer: 'Hello from the stub model. You said: Hello' },
		]);
	});

	it("uses the part that came, with Dify's code", async () => {
		world.dify.enqueue('chat-plain', brokenAfter(2));
		expect(await ask()).toEqual([
			200,
			{ complete: false, answer: 'One two', code: 'completion_request_error' },
		]);
	});

	it("says Dify's code and reason where nothing came", async () => {
		world.dify.enqueue('chat-plain', brokenAfter(0));
		expect(await ask()).toEqual([
			502,
			{ code: 'completion_request_error', reason: expect.stringContaining('Out of credit') },
		]);
	});
});
