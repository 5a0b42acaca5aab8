import type { IDataObject, INodeParameterResourceLocator, INodeParameters } from 'n8n-workflow';
import { PACKAGE_DIRECTORY } from '../../dev/build';
import type { ExecutionRequest, ExecutionResult } from '../../dev/n8n-engine';
import { N8nEngine } from '../../dev/n8n-engine';
import type { MockDify, MockDifyOptions, RecordedRequest } from '../../mock-dify';
import { startMockDify } from '../../mock-dify';

export { waitUntil } from '../waitUntil';

/** One operation of the node, with the credential of an app of the mock server. */
export interface OperationCall {
	app: string;
	resource: string;
	operation: string;
	parameters?: INodeParameters;
}

/** The packed node in n8n's engine, connected to a mock Dify server over real sockets. */
export interface TestBed {
	engine: N8nEngine;
	dify: MockDify;
	/** Executes Send Chat Message. The query is `hello` unless the parameters contain another one. */
	send(
		app: string,
		parameters?: INodeParameters,
		request?: Partial<ExecutionRequest>,
	): Promise<ExecutionResult>;
	/** Executes any operation. */
	run(call: OperationCall, request?: Partial<ExecutionRequest>): Promise<ExecutionResult>;
	/** Returns the credential of an app: its key and the base URL of the mock server. */
	getCredentials(app: string): { apiKey: string; baseUrl: string };
	/** Returns the requests with this method and path that the mock server received, in order. */
	findRequests(method: string, path: string): RecordedRequest[];
}

/** Starts the engine and the server. The caller closes the server with `dify.close()`. */
export async function startTestBed(
	options?: MockDifyOptions,
	binaryMode?: 'default' | 'filesystem',
): Promise<TestBed> {
	const [engine, dify] = await Promise.all([
		N8nEngine.create(PACKAGE_DIRECTORY, binaryMode),
		startMockDify(options),
	]);
	const getCredentials = (app: string): { apiKey: string; baseUrl: string } => ({
		apiKey: dify.key(app),
		baseUrl: dify.baseUrl,
	});
	const run: TestBed['run'] = async ({ app, resource, operation, parameters = {} }, request = {}) =>
		await engine.run({
			parameters: { resource, operation, ...parameters },
			credentials: getCredentials(app),
			...request,
		});
	return {
		engine,
		dify,
		run,
		send: async (app, parameters = {}, request = {}) =>
			await run(
				{
					app,
					resource: 'chatMessage',
					operation: 'send',
					parameters: { query: 'hello', ...parameters },
				},
				request,
			),
		getCredentials,
		findRequests: (method, path) =>
			dify.requests.filter((request) => request.method === method && request.path === path),
	};
}

/**
 * Runs a test with a test bed of its own. Concurrent tests need this, because they do not wait for
 * `beforeAll`, and because the scenarios that they queue for the same app must not mix.
 */
export async function withTestBed(
	options: MockDifyOptions,
	test: (testBed: TestBed) => Promise<void>,
): Promise<void> {
	const testBed = await startTestBed(options);
	try {
		await test(testBed);
	} finally {
		await testBed.dify.close();
	}
}

/**
 * Returns the first output item.
 *
 * @throws if the execution failed, with the execution's error
 */
export function getItem({ error, outputs }: ExecutionResult): IDataObject {
	if (error !== undefined) throw new Error(`${error.message} | ${error.description ?? ''}`);
	const [item] = outputs[0] ?? [];
	if (item === undefined) throw new Error('the node returned no item');
	return item.json;
}

/** Returns the body of the last chat message that the server received. */
export function getLastChatBody(testBed: TestBed): IDataObject {
	return testBed.findRequests('POST', '/v1/chat-messages').at(-1)?.body as IDataObject;
}

/** Returns the text that the execution streamed to the caller of its webhook. */
export function getStreamedText({ chunks }: ExecutionResult): string {
	return chunks.map(({ content }) => content ?? '').join('');
}

/** Returns a resource locator in the mode 'By ID'. */
export function toLocator(id: unknown): INodeParameterResourceLocator {
	return { __rl: true, mode: 'id', value: id as string };
}
