import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { TestBed } from './testBed';
import { startTestBed } from './testBed';

/** The test of the credential, which n8n runs when a user saves it. */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20 });
});

afterAll(async () => {
	await testBed.dify.close();
});

describe('credential test:', () => {
	it('passes with a valid key and a base URL with or without /v1', async () => {
		const valid = testBed.getCredentials('agent-fc');
		for (const baseUrl of [
			valid.baseUrl,
			`${valid.baseUrl}/`,
			testBed.dify.origin,
			`${testBed.dify.origin}/`,
		]) {
			expect(await testBed.engine.testCredential({ ...valid, baseUrl })).toEqual({
				status: 'OK',
				message: 'Connection successful!',
			});
		}
	});

	it.each([
		['a wrong key', (): object => ({ apiKey: 'app-not-a-key' })],
		['a port without a server', (): object => ({ baseUrl: 'http://127.0.0.1:1/v1' })],
		['a path that is not the API', (): object => ({ baseUrl: `${testBed.dify.origin}/nope` })],
	])('fails with %s', async (_, getInvalid) => {
		const result = await testBed.engine.testCredential({
			...testBed.getCredentials('chat-plain'),
			...getInvalid(),
		});
		expect(result.status).toBe('Error');
		expect(result.message).not.toBe('');
	});

	it.each([
		['a web page', 200, { 'content-type': 'text/html' }],
		['a redirect', 302, { location: 'http://127.0.0.1:1/v1/info' }],
	])('fails if the base URL returns %s', async (_, status, headers) => {
		const server = createServer((_request, response) => {
			response
				.writeHead(status, headers as Record<string, string>)
				.end('<!doctype html><html></html>');
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		try {
			const result = await testBed.engine.testCredential({ apiKey: 'app-1', baseUrl });
			expect(result.status).toBe('Error');
		} finally {
			server.closeAllConnections();
			server.close();
		}
	});
});
