import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { ExecutionRequest, ExecutionResult } from '../../dev/n8n-engine';
import { N8nEngine } from '../../dev/n8n-engine';
import { PACKAGE_DIRECTORY } from '../../dev/build';

export const API_KEY = 'app-0123456789abcdefghij';
export const CONVERSATION_ID = '00000001-1111-4222-8333-444444444444';
export const MESSAGE_ID = '00000002-1111-4222-8333-444444444444';
export const TASK_ID = '00000003-1111-4222-8333-444444444444';
export const RUN_ID = '00000005-1111-4222-8333-444444444444';

/** The ids that every event and every blocking answer contains. */
export const ENVELOPE = {
	conversation_id: CONVERSATION_ID,
	message_id: MESSAGE_ID,
	task_id: TASK_ID,
	created_at: 1_764_000_000,
};

/** Answers one request; `body` is the request's body. */
export type Handler = (
	response: ServerResponse,
	request: IncomingMessage,
	body: string,
) => Promise<void> | void;

/** Handlers by method and path, such as `GET /v1/info`. Other requests get the 404 page of a web server. */
export type Routes = Readonly<Record<string, Handler>>;

export interface HandWrittenServer {
	baseUrl: string;
	/** Method and path of each request, in order. */
	requests: string[];
	/** The connections that are open now. */
	sockets: Set<Socket>;
	/** Runs an operation of the node in n8n's engine against this server. */
	run(parameters: INodeParameters, job?: Partial<ExecutionRequest>): Promise<ExecutionResult>;
	/** Sends a chat message. */
	send(parameters?: INodeParameters, job?: Partial<ExecutionRequest>): Promise<ExecutionResult>;
	/** Calls a method of the node's form. */
	callMethod(name: string, parameters: INodeParameters): Promise<unknown>;
	close(): Promise<void>;
}

/** Starts a server whose answers the test writes itself, for answers that Dify does not give. */
export async function serve(routes: Routes): Promise<HandWrittenServer> {
	const engine = await N8nEngine.create(PACKAGE_DIRECTORY);
	const requests: string[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((request, response) => {
		const route = `${request.method} ${new URL(request.url ?? '', 'http://x').pathname}`;
		requests.push(route);
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const handler = routes[route] ?? notFound;
			void handler(response, request, Buffer.concat(chunks).toString());
		});
	});
	server.on('connection', (socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		socket.on('error', () => undefined);
	});
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
	const credentials = { apiKey: API_KEY, baseUrl };
	const run: HandWrittenServer['run'] = async (parameters, job = {}) =>
		await engine.run({ parameters: { user: 'ada', ...parameters }, credentials, ...job });
	return {
		baseUrl,
		requests,
		sockets,
		run,
		send: async (parameters = {}, job = {}) =>
			await run({ resource: 'chatMessage', operation: 'send', query: 'hello', ...parameters }, job),
		callMethod: async (name, parameters) =>
			await engine.callMethod('listSearch', name, { user: 'ada', ...parameters }, credentials),
		close: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** Runs a test with a server of its own, see {@link serve}. */
export async function withServer<Result>(
	routes: Routes,
	test: (server: HandWrittenServer) => Promise<Result>,
): Promise<Result> {
	const server = await serve(routes);
	try {
		return await test(server);
	} finally {
		await server.close();
	}
}

/** Returns an event of the stream of POST /chat-messages. */
export function event(name: string, fields: IDataObject = {}): string {
	return `data: ${JSON.stringify({ event: name, ...ENVELOPE, ...fields })}\n\n`;
}

/** Returns an event of a chatflow's workflow. */
export function workflowEvent(name: string, data: IDataObject = {}): string {
	return event(name, { workflow_run_id: RUN_ID, data: { id: RUN_ID, ...data } });
}

/** The events of a Chatbot's whole answer. */
export function chatbotAnswer(answer: string): string {
	return event('message', { answer }) + event('message_end', { metadata: {} });
}

/** Begins an event stream with these events, and leaves it open. */
export function writeStream(
	response: ServerResponse,
	text: string,
	{ version }: { version?: string } = {},
): void {
	response.writeHead(200, {
		'Content-Type': 'text/event-stream; charset=utf-8',
		...(version !== undefined && { 'X-Version': version }),
	});
	response.write(text);
}

/** Answers with a JSON body. */
export function writeJson(response: ServerResponse, body: unknown, status = 200): void {
	response.writeHead(status, { 'Content-Type': 'application/json' });
	response.end(JSON.stringify(body));
}

export async function pause(ms: number): Promise<void> {
	await new Promise((resolve) => {
		setTimeout(resolve, ms);
	});
}

function notFound(response: ServerResponse): void {
	response.writeHead(404, { 'Content-Type': 'text/html' });
	response.end('<html><h1>Not Found</h1></html>');
}
