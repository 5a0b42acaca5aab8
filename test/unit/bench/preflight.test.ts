import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { fetchAppInfo } from '../../../bench/load/preflight';

const KEY = 'app-0123456789abcdef';
const servers: Server[] = [];

afterEach(() => {
	for (const server of servers.splice(0)) server.close();
});

/** Returns the error message for a server that answers every request in the same way. */
async function messageFor(
	status: number,
	body: string,
	headers: Record<string, string>,
): Promise<string> {
	const server = createServer((_, response) => response.writeHead(status, headers).end(body));
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return await fetchAppInfo(`http://127.0.0.1:${port}/v1`, KEY, false).then(
		() => 'no error',
		(error: Error) => error.message,
	);
}

const difyError = (status: number, code: string, message: string): string =>
	JSON.stringify({ code, message, status });

describe('fetchAppInfo: explains', () => {
	const advice: Array<[string, number, string, RegExp]> = [
		[
			'429 with one full stop after a message of Dify that ends with one',
			429,
			difyError(429, 'too_many_requests', 'Too many requests. Please try again later.'),
			/: Too many requests\. Please try again later\. Try again later$/,
		],
		[
			'a server error of Dify',
			500,
			difyError(500, 'internal_server_error', 'Internal error'),
			/: Internal error\. Check that Dify is running$/,
		],
		['a gateway without Dify behind it', 502, '', /returned 502\. Check that Dify is running$/],
		[
			'an app whose API is disabled',
			403,
			difyError(403, 'forbidden', "The app's API service has been disabled."),
			/has been disabled\. Enable the app's API on its 'API Access' page$/,
		],
		[
			'a wrong key',
			401,
			difyError(401, 'unauthorized', 'Access token is invalid'),
			/Access token is invalid\. Check --key: it must be the API key of the app/,
		],
		[
			'a wrong address',
			404,
			difyError(404, 'not_found', 'Not found.'),
			/: Not found\. Check --url: Dify's base URL ends in \/v1, unless a proxy uses another path$/,
		],
	];

	it.each(advice)('%s', async (_, status, body, message) => {
		const headers = { 'Content-Type': 'application/json' };
		expect(await messageFor(status, body, headers)).toMatch(message);
	});

	it('a redirect, with the base URL that it leads to', async () => {
		const headers = { Location: 'https://dify.example/v1/info' };
		expect(await messageFor(302, '', headers)).toMatch(
			/redirects to https:\/\/dify\.example\/v1\. dify-bench does not follow redirects\. Set --url to that address if you trust it$/,
		);
	});
});
