import type { ChildProcess } from 'node:child_process';
import { runBench } from '../../bench/validation/benchProcess';
import type { MockDify, MockDifyOptions, Scenario } from '../../mock-dify';
import { startMockDify } from '../../mock-dify';
import type { BenchResult } from '../../bench/result';

/** Runs `dify-bench run` against an app of `dify` and returns the result. */
export async function measure(
	dify: MockDify,
	args: readonly string[],
	app = 'chat-plain',
	onStart?: (child: ChildProcess) => void,
): Promise<BenchResult> {
	const target = ['--url', dify.baseUrl, '--query', 'Hello', '--json', '-'];
	const { stdout, stderr } = await runBench(['run', ...target, ...args], {
		env: { DIFY_API_KEY: dify.key(app) },
		onStart,
	});
	if (stdout === '') throw new Error(`dify-bench wrote no result: ${stderr}`);
	return JSON.parse(stdout) as BenchResult;
}

export { runBench } from '../../bench/validation/benchProcess';

const servers: MockDify[] = [];

/** Starts a mock Dify that answers every message with a scenario, or with the one for its index. */
export async function serve(
	scenario: Scenario | ((index: number) => Scenario),
	options: MockDifyOptions = {},
): Promise<MockDify> {
	let index = 0;
	const dify = await startMockDify({
		...options,
		scenarioFor: () => (typeof scenario === 'function' ? scenario(index++) : scenario),
	});
	servers.push(dify);
	return dify;
}

export async function closeServers(): Promise<void> {
	await Promise.all(servers.splice(0).map(async (server) => await server.close()));
}

/** Returns the bodies of the received chat messages, in order. */
export function messages(dify: MockDify): Array<Record<string, unknown>> {
	return dify.requests
		.filter(({ path }) => path === '/v1/chat-messages')
		.map(({ body }) => body as Record<string, unknown>);
}
