import { join } from 'node:path';
import type { IDataObject, INodeParameterResourceLocator, INodeParameters } from 'n8n-workflow';
import type { ExecutionRequest, ExecutionResult } from '../../dev/n8n-engine';
import { N8nEngine } from '../../dev/n8n-engine';
import type { MockDify, MockDifyOptions, RecordedRequest } from '../../mock-dify';
import { startMockDify } from '../../mock-dify';

export { until } from '../until';

/** Where jest's global set-up unpacks what `npm pack` gives. */
export const PACKAGE = join(__dirname, '../../build/package');

export interface World {
	engine: N8nEngine;
	dify: MockDify;
	/** Sends a chat message of an app through the node in n8n's engine. */
	send(
		app: string,
		parameters?: INodeParameters,
		job?: Partial<ExecutionRequest>,
	): Promise<ExecutionResult>;
	/** Runs one operation of an app, such as `conversation` and `rename`. */
	run(
		app: string,
		resource: string,
		operation: string,
		parameters?: INodeParameters,
		job?: Partial<ExecutionRequest>,
	): Promise<ExecutionResult>;
	/** The requests of one kind that Dify saw, in order. */
	seen(method: string, path: string): RecordedRequest[];
}

/** The packed node in n8n's engine on one side, a Dify on the other, real sockets between. */
export async function openWorld(
	options?: MockDifyOptions,
	binaryMode?: 'default' | 'filesystem',
): Promise<World> {
	const [engine, dify] = await Promise.all([
		N8nEngine.create(PACKAGE, binaryMode),
		startMockDify(options),
	]);
	const run: World['run'] = async (app, resource, operation, parameters = {}, job = {}) =>
		await engine.run({
			parameters: { resource, operation, ...parameters },
			credentials: { apiKey: dify.key(app), baseUrl: dify.baseUrl },
			...job,
		});
	return {
		engine,
		dify,
		run,
		send: async (app, parameters = {}, job = {}) =>
			await run(app, 'chatMessage', 'send', { query: 'hello', ...parameters }, job),
		seen: (method, path) =>
			dify.requests.filter((request) => request.method === method && request.path === path),
	};
}

/** The one item of a run that succeeded; fails with the run's own reason when it did not. */
export function itemOf(outcome: ExecutionResult): IDataObject {
	if (outcome.error !== undefined) {
		throw new Error(`${outcome.error.message} | ${outcome.error.description ?? ''}`);
	}
	const [item] = outcome.outputs[0] ?? [];
	if (item === undefined) throw new Error('the node gave no item');
	return item.json;
}

/** A resource locator's value, as the form keeps one that was typed in. */
export function byId(value: unknown): INodeParameterResourceLocator {
	return { __rl: true, mode: 'id', value: value as string };
}
