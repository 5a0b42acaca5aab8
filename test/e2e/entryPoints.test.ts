import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { difyErrorResponse } from '../../mock-dify';
import type { Credential } from '../../dev/n8n-server';
import {
	pollUntil,
	getExecution,
	listExecutions,
	waitForLastExecution,
	readOutputs,
} from './executions';
import type { TestBed } from '../../dev/n8n-server/testBed';
import { findNode, readExample, startTestBed } from '../../dev/n8n-server/testBed';
import { postJson } from '../../dev/n8n-server/webhookClient';

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ env: { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' } });
});

afterAll(async () => {
	await testBed.close();
});

it('n8n execute: runs the nightly-summary example from the command line', async () => {
	const workflow = readExample('nightly-summary');
	findNode(workflow, 'Schedule Trigger').type = 'n8n-nodes-base.manualTrigger';
	findNode(workflow, 'Schedule Trigger').typeVersion = 1;
	findNode(workflow, 'Schedule Trigger').parameters = {};
	const id = await testBed.n8n.importWorkflow(workflow);
	const command = await testBed.n8n.startCommand('execute', '--id', id);
	expect([await command.waitForExit(), command.log]).toEqual([0, expect.stringContaining('T-104')]);
	expect(command.log).toContain(
		'You said: Summarize in one sentence: Thank you, the new search is much better!',
	);
	expect(command.log).not.toContain(testBed.dify.key('chat-plain'));
});

describe('credential test in n8n', () => {
	const test = async (apiKey: string, baseUrl: string): Promise<unknown> =>
		await testBed.n8n.rest.request('POST', '/credentials/test', {
			credentials: { id: '', name: 'Tried', type: 'difyApi', data: { apiKey, baseUrl } },
		});

	it('passes with the right key', async () => {
		expect(await test(testBed.dify.key('chat-plain'), testBed.dify.baseUrl)).toEqual({
			status: 'OK',
			message: 'Connection successful!',
		});
	});

	it('rejects a wrong key', async () => {
		const answer = await test('app-wrong', testBed.dify.baseUrl);
		expect(answer).toMatchObject({ status: 'Error', message: expect.any(String) });
		expect(JSON.stringify(answer)).not.toContain('app-wrong');
	});

	it('rejects a base URL that returns a web page, and says so', async () => {
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

describe('lists in the node form', () => {
	let credential: Credential;

	beforeAll(async () => {
		credential = await testBed.n8n.createCredential('Chatflow', 'difyApi', {
			apiKey: testBed.dify.key('chat-vars'),
			baseUrl: testBed.dify.baseUrl,
		});
	});

	const loadList = async (list: string, path: string, methodName: string): Promise<unknown> =>
		await testBed.n8n.rest.request('POST', `/dynamic-node-parameters/${list}`, {
			path: `parameters.${path}`,
			methodName,
			nodeTypeAndVersion: { name: 'n8n-nodes-dify-chat.dify', version: 1 },
			currentNodeParameters: { resource: 'chatMessage', operation: 'send', user: 'dora' },
			credentials: { difyApi: { id: credential.id, name: credential.name } },
		});

	it("inputs: offers the app's variables as fields", async () => {
		expect(await loadList('resource-mapper-fields', 'inputs', 'getInputs')).toMatchObject({
			fields: [
				{ id: 'name', type: 'string', required: true },
				{ id: 'about', type: 'string', required: false },
				{ id: 'colour', type: 'options', options: expect.any(Array) },
				{ id: 'age', type: 'number' },
				{ id: 'agree', type: 'boolean' },
			],
		});
	});

	it("conversationId: lists the user's conversations", async () => {
		const message = { query: 'A talk about tides', user: 'dora', inputs: { name: 'Dora' } };
		const response = await fetch(`${testBed.dify.baseUrl}/chat-messages`, {
			method: 'POST',
			headers: {
				Authorization: `Bearer ${testBed.dify.key('chat-vars')}`,
				'Content-Type': 'application/json',
			},
			body: JSON.stringify({ ...message, response_mode: 'blocking' }),
		});
		const { conversation_id } = (await response.json()) as { conversation_id: string };
		expect(
			await loadList('resource-locator-results', 'conversationId', 'searchConversations'),
		).toMatchObject({ results: [{ value: conversation_id, name: expect.any(String) }] });
	});
});

it('canceling a running execution in n8n stops the task on Dify and closes the connection', async () => {
	const id = await testBed.openExample('webhook-streaming');
	testBed.dify.enqueue('chat-plain', { script: { text: 'word '.repeat(500), gapMs: 100 } });
	// n8n keeps the caller's connection open after a cancellation, so the test closes it.
	const caller = new AbortController();
	const answer = await postJson(
		`${testBed.n8n.origin}/webhook/dify-stream`,
		{ query: 'Talk' },
		caller.signal,
	);
	const running = await pollUntil(async () => {
		const [execution] = await listExecutions(testBed.n8n, id);
		return execution?.status === 'running' ? execution : undefined;
	});
	const asked = await pollUntil(() => {
		const request = testBed.dify.requests.at(-1);
		return (request?.writtenAtMs.length ?? 0) > 3 ? request : undefined;
	});
	await testBed.n8n.rest.request('POST', `/executions/${running.id}/stop`);
	const stop = await pollUntil(() =>
		testBed.dify.requests.find(({ path, status }) => path.endsWith('/stop') && status === 200),
	);
	expect(stop.body).toEqual({ user: 'webhook' });
	await pollUntil(() => asked.closedByClient || undefined);
	caller.abort();
	await expect(answer.text()).rejects.toThrow('abort');
	expect(await getExecution(testBed.n8n, running.id)).toMatchObject({ status: 'canceled' });
});

it('filesystem binary mode: the file is uploaded to Dify and is not stored in the execution', async () => {
	const id = await testBed.openExample('picture');
	const form = new FormData();
	form.set('question', 'What is on it?');
	form.set('picture', new Blob(['picture'.repeat(1000)], { type: 'image/png' }), 'photo.png');
	const response = await fetch(`${testBed.n8n.origin}/webhook/dify-picture`, {
		method: 'POST',
		body: form,
	});
	expect(await response.json()).toMatchObject({ status: 'completed' });
	const execution = await waitForLastExecution(testBed.n8n, id);
	const [run] = execution.data.resultData.runData.Webhook ?? [];
	expect(run?.data?.main?.[0]?.[0]?.binary?.picture).toMatchObject({
		id: expect.stringMatching(/^filesystem/),
		fileName: 'photo.png',
	});
	expect(testBed.dify.requests.find(({ path }) => path === '/v1/files/upload')).toMatchObject({
		status: 201,
	});
});

it('API key: appears neither in stored executions nor in the log, after success and after failure', async () => {
	const key = testBed.dify.key('chat-plain');
	const id = await testBed.openExample('webhook-blocking');
	await postJson(`${testBed.n8n.origin}/webhook/dify-ask`, { query: 'Hello' });
	const succeeded = await waitForLastExecution(testBed.n8n, id);
	expect(succeeded.status).toBe('success');
	// An error message that repeats the Authorization header.
	testBed.dify.enqueue('chat-plain', {
		faults: [difyErrorResponse(400, 'invalid_param', `What is 'Bearer ${key}' about?`)],
	});
	await postJson(`${testBed.n8n.origin}/webhook/dify-ask`, { query: 'Hello' });
	const failed = await pollUntil(async () => {
		const execution = await waitForLastExecution(testBed.n8n, id);
		return execution.id === succeeded.id ? undefined : execution;
	});
	expect(failed.status).toBe('error');
	expect(failed.stored).toContain('What is');
	expect(readOutputs(succeeded, 'Send Chat Message')[0]).toHaveLength(1);
	expect(succeeded.stored + failed.stored + testBed.n8n.main.log).not.toContain(key);
});
