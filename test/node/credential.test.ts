import { Workflow } from 'n8n-workflow';
import { DifyApi } from '../../credentials/DifyApi.credentials';
import { INVALID_BASE_URLS, NORMALIZED_BASE_URLS } from '../fixtures/baseUrls';
import { withServer } from './handWrittenServer';
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

/** Returns the address that the credential test requests, by n8n's expressions. */
function evaluateUrl(baseUrl: string): unknown {
	const node = {
		id: 'a',
		name: 'A',
		type: 'local.start',
		typeVersion: 1,
		position: [0, 0] as [number, number],
		parameters: {},
	};
	const nodeTypes = { getByNameAndVersion: () => undefined } as never;
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	return workflow.expression.getSimpleParameterValue(
		node,
		new DifyApi().test.request.url,
		'internal',
		{ $credentials: { baseUrl } },
	);
}

it.each(NORMALIZED_BASE_URLS)(
	'credential test: uses the address that the node uses, %j',
	(given, expected) => {
		expect(evaluateUrl(given)).toBe(`${expected}/info`);
	},
);

it.each(INVALID_BASE_URLS)('credential test: says that %j is not an address', async (baseUrl) => {
	const result = await testBed.engine.testCredential({ apiKey: 'app-1', baseUrl });
	expect(result).toEqual({
		status: 'Error',
		message: expect.stringMatching(/^The Base URL is not a valid address\. Enter /),
	});
});

it.each<[string, () => string]>([
	['with /v1', () => testBed.dify.baseUrl],
	['with a slash at its end', () => `${testBed.dify.baseUrl}/`],
	['without /v1', () => testBed.dify.origin],
	['without /v1, with a slash at its end', () => `${testBed.dify.origin}/`],
	['of an endpoint', () => `${testBed.dify.baseUrl}/chat-messages`],
	['without a scheme', () => testBed.dify.baseUrl.replace('http://', '')],
])('credential test: accepts an address %s', async (_, getBaseUrl) => {
	const credential = { apiKey: testBed.dify.key('agent-fc'), baseUrl: getBaseUrl() };
	expect(await testBed.engine.testCredential(credential)).toEqual({
		status: 'OK',
		message: 'Connection successful!',
	});
});

it('credential test: says what to do about a wrong key and about a wrong path', async () => {
	const { baseUrl, origin } = testBed.dify;
	const test = async (apiKey: string, address: string): Promise<string> =>
		(await testBed.engine.testCredential({ apiKey, baseUrl: address })).message;
	expect(await test('app-wrong', baseUrl)).toMatch(/^Dify does not accept this API key\. Copy/);
	expect(await test(testBed.dify.key('chat-plain'), `${origin}/nope`)).toMatch(
		/^There is no Dify API at this address\. Check the Base URL\./,
	);
});

it('credential test: fails with the code of the network error if there is no server', async () => {
	const result = await testBed.engine.testCredential({
		apiKey: 'app-1',
		baseUrl: 'http://127.0.0.1:1/v1',
	});
	expect(result).toEqual({ status: 'Error', message: expect.stringContaining('ECONNREFUSED') });
});

it.each([
	[302, /redirects to another one\. Enter the final address/],
	[400, /begin the Base URL with https/],
	[403, /Check in Dify that the API of the app is turned on/],
	[502, /Check that Dify is running/],
	[200, /not the address of Dify's API/],
])('credential test: says what to do about status %i', async (status, expected) => {
	const headers = { location: '/x', 'content-type': 'text/html' };
	const result = await withServer(
		{
			'GET /v1/info': (response): void => {
				response.writeHead(status, headers).end('<html></html>');
			},
		},
		async ({ baseUrl }) => await testBed.engine.testCredential({ apiKey: 'app-1', baseUrl }),
	);
	expect(result).toEqual({ status: 'Error', message: expect.stringMatching(expected) });
});
