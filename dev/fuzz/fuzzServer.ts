import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One response of the server. */
export interface FuzzResponse {
	status: number;
	headers: Record<string, string>;
	body: Buffer;
	/** Where the body is split into chunks. */
	splits: number[];
	/** What happens to the connection after the body. `hold` keeps it open until the server closes. */
	end: 'end' | 'destroy' | 'hold';
}

/** What the server answers in one round, by method and path without the ids: `GET /messages`. */
export interface FuzzScenario {
	respond: (endpoint: string) => FuzzResponse;
	/** The endpoints that were asked, in order. */
	requests: string[];
	/** The bodies that were sent. */
	sent: Buffer[];
}

export interface FuzzServer {
	/** Returns the base URL of a round. */
	baseUrl(scenario: FuzzScenario): string;
	close(): Promise<void>;
}

/** Starts an HTTP server on 127.0.0.1 that answers each round with its own responses. */
export async function startFuzzServer(): Promise<FuzzServer> {
	const scenarios: FuzzScenario[] = [];
	const server = createServer((request, response) => {
		const [, index = '', path = ''] = /^\/(\d+)\/v1(\/[^?]*)/.exec(request.url ?? '') ?? [];
		const scenario = scenarios[Number(index)];
		if (scenario === undefined) {
			response.writeHead(404).end();
			return;
		}
		void answer(scenario, `${request.method ?? ''} ${withoutIds(path)}`, request, response);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		baseUrl: (scenario) => `http://127.0.0.1:${port}/${scenarios.push(scenario) - 1}/v1`,
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

function withoutIds(path: string): string {
	if (path === '/chat-messages') return path;
	return path.replace(
		/^(\/(?:chat-messages|workflow|messages|conversations))\/.*?(\/[a-z]+)?$/,
		'$1/ID$2',
	);
}

async function answer(
	scenario: FuzzScenario,
	endpoint: string,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	scenario.requests.push(endpoint);
	request.resume();
	await once(request, 'close').catch(() => undefined);
	const { status, headers, body, splits, end } = scenario.respond(endpoint);
	scenario.sent.push(body);
	response.on('error', () => undefined);
	response.writeHead(status, headers);
	response.flushHeaders();
	let start = 0;
	for (const split of [...splits].sort((a, b) => a - b).concat(body.length)) {
		response.write(body.subarray(start, split));
		start = split;
		// A new turn of the event loop, so that the chunks arrive one by one.
		await new Promise((resolve) => setImmediate(resolve));
	}
	if (end === 'end') response.end();
	if (end === 'destroy') response.destroy();
}
