import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { difyErrorResponse } from '../../mock-dify';
import type { Credential } from '../../dev/n8n-server';
import { eventually, executionOf, executionsOf, lastExecution, outputsOf } from './executions';
import type { World } from './server';
import { nodeOf, openWorld, postJson, readExample } from './server';

let world: World;

beforeAll(async () => {
	world = await openWorld({ N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' });
});

afterAll(async () => {
	await world.close();
});

it('n8n execute: a workflow from the command line', async () => {
	const workflow = readExample('nightly-summary');
	nodeOf(workflow, 'Schedule Trigger').type = 'n8n-nodes-base.manualTrigger';
	nodeOf(workflow, 'Schedule Trigger').typeVersion = 1;
	nodeOf(workflow, 'Schedule Trigger').parameters = {};
	const id = await world.n8n.importWorkflow(workflow);
	const command = await world.n8n.run('execute', '--id', id);
	expect([await command.done(), command.log]).toEqual([0, expect.stringContaining('T-104')]);
	expect(command.log).toContain(
		'You said: Summarise in one sentence: Thank you, the new search is much better!',
	);
	expect(command.log).not.toContain(world.dify.key('chat-plain'));
});

describe("the credential's test", () => {
	const test = async (apiKey: string, baseUrl: string): Promise<unknown> =>
		await world.n8n.rest.call('POST', '/credentials/test', {
			credentials: { id: '', name: 'Tried', type: 'difyApi', data: { apiKey, baseUrl } },
		});

	it('passes with the right key', async () => {
		expect(await test(world.dify.key('chat-plain'), world.dify.baseUrl)).toEqual({
			status: 'OK',
			message: 'Connection successful!',
		});
	});

	it('refuses a wrong key', async () => {
		const answer = await test('app-wrong', world.dify.baseUrl);
		expect(answer).toMatchObject({ status: 'Error', message: expect.any(String) });
		expect(JSON.stringify(answer)).not.toContain('app-wrong');
	});

	it('refuses a web page, and says so', async () => {
		const page = createServer((_, response) => {
			response.setHeader('Content-Type', 'text/html');
			response.end('<html><title>Dify</title></html>');
		}).listen(0, '127.0.0.1');
		await once(page, 'listening');
		const { port } = page.address() as AddressInfo;
		expect(await test('app-any', `http://127.0.0.1:${port}`)).toEqual({
			status: 'Error',
			message: expect.stringContaining("is not the address of Dify's API"),
		});
		page.close();
	});
});

describe("the form's lists", () => {
	let credential: Credential;

	beforeAll(async () => {
		credential = await world.n8n.createCredential('Chatflow', 'difyApi', {
			apiKey: world.dify.key('chat-vars'),
			baseUrl: world.dify.baseUrl,
		});
	});

	const ask = async (list: string, path: string, methodName: string): Promise<unknown> =>
		await world.n8n.rest.call('POST', `/dynamic-node-parameters/${list}`, {
			path: `parameters.${path}`,
			methodName,
			nodeTypeAndVersion: { name: 'n8n-nodes-dify-chat.dify', version: 1 },
			currentNodeParameters: { resource: 'chatMessage', operation: 'send', user: 'dora' },
			credentials: { difyApi: { id: credential.id, name: credential.name } },
		});

	it("has the app's own variables as fields", async () => {
		expect(await ask('resource-mapper-fields', 'inputs', 'getInputs')).toMatchObject({
			fields: [
				{ id: 'name', type: 'string', required: true },
				{ id: 'about', type: 'string', required: false },
				{ id: 'colour', type: 'options', options: expect.any(Array) },
				{ id: 'age', type: 'number' },
				{ id: 'agree', type: 'boolean' },
			],
		});
	});

	it("lists the user's conversations", async () => {
		const message = { query: 'A talk about tides', user: 'dora', inputs: { name: 'Dora' } };
		const response = await fetch(`${world.dify.baseUrl}/chat-messages`, {
			method: 'POST',
			headers: {
				Authorization: `Bearer ${world.dify.key('chat-vars')}`,
				'Content-Type': 'application/json',
			},
			body: JSON.stringify({ ...message, response_mode: 'blocking' }),
		});
		const { conversation_id } = (await response.json()) as { conversation_id: string };
		expect(
			await ask('resource-locator-results', 'conversationId', 'searchConversations'),
		).toMatchObject({ results: [{ value: conversation_id, name: expect.any(String) }] });
	});
});

it('cancelling a running execution stops the run on Dify', async () => {
	const id = await world.open('webhook-streaming');
	world.dify.enqueue('chat-plain', { script: { text: 'word '.repeat(500), gapMs: 100 } });
	// n8n leaves the caller's connection open after a cancel: it is for the caller to go.
	const caller = new AbortController();
	const answer = await postJson(
		`${world.n8n.origin}/webhook/dify-stream`,
		{ query: 'Talk' },
		caller.signal,
	);
	const running = await eventually(async () => {
		const [execution] = await executionsOf(world.n8n, id);
		return execution?.status === 'running' ? execution : undefined;
	});
	const asked = await eventually(() => {
		const request = world.dify.requests.at(-1);
		return (request?.writtenAtMs.length ?? 0) > 3 ? request : undefined;
	});
	await world.n8n.rest.call('POST', `/executions/${running.id}/stop`);
	const stop = await eventually(() =>
		world.dify.requests.find(({ path, status }) => path.endsWith('/stop') && status === 200),
	);
	expect(stop.body).toEqual({ user: 'webhook' });
	await eventually(() => asked.closedByClient || undefined);
	caller.abort();
	await expect(answer.text()).rejects.toThrow('abort');
	expect(await executionOf(world.n8n, running.id)).toMatchObject({ status: 'canceled' });
});

it('binary data in files reaches Dify, and is no part of what n8n stores of an execution', async () => {
	const id = await world.open('picture');
	const form = new FormData();
	form.set('question', 'What is on it?');
	form.set('picture', new Blob(['picture'.repeat(1000)], { type: 'image/png' }), 'photo.png');
	const response = await fetch(`${world.n8n.origin}/webhook/dify-picture`, {
		method: 'POST',
		body: form,
	});
	expect(await response.json()).toMatchObject({ status: 'completed' });
	const execution = await lastExecution(world.n8n, id);
	const [run] = execution.data.resultData.runData.Webhook ?? [];
	expect(run?.data?.main?.[0]?.[0]?.binary?.picture).toMatchObject({
		id: expect.stringMatching(/^filesystem/),
		fileName: 'photo.png',
	});
	expect(world.dify.requests.find(({ path }) => path === '/v1/files/upload')).toMatchObject({
		status: 201,
	});
});

it('holds no key in what n8n stores or prints, whether an execution succeeds or fails', async () => {
	const key = world.dify.key('chat-plain');
	const id = await world.open('webhook-blocking');
	await postJson(`${world.n8n.origin}/webhook/dify-ask`, { query: 'Hello' });
	const succeeded = await lastExecution(world.n8n, id);
	expect(succeeded.status).toBe('success');
	// A server that repeats what it was sent.
	world.dify.enqueue('chat-plain', {
		faults: [difyErrorResponse(400, 'invalid_param', `What is 'Bearer ${key}' about?`)],
	});
	await postJson(`${world.n8n.origin}/webhook/dify-ask`, { query: 'Hello' });
	const failed = await eventually(async () => {
		const execution = await lastExecution(world.n8n, id);
		return execution.id === succeeded.id ? undefined : execution;
	});
	expect(failed.status).toBe('error');
	expect(failed.stored).toContain('What is');
	expect(outputsOf(succeeded, 'Send Chat Message')[0]).toHaveLength(1);
	expect(succeeded.stored + failed.stored + world.n8n.main.log).not.toContain(key);
});
