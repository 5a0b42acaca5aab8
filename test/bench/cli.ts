import type { ChildProcess } from 'node:child_process';
import { bench } from '../../bench/validation/benchProcess';
import type { MockDify, MockDifyOptions, Scenario } from '../../mock-dify';
import { startMockDify } from '../../mock-dify';
import type { BenchResult } from '../../bench/result';

/** A run against an app of `dify`, and its result. */
export async function measure(
	dify: MockDify,
	args: readonly string[],
	app = 'chat-plain',
	onStart?: (child: ChildProcess) => void,
): Promise<BenchResult> {
	const target = ['--url', dify.baseUrl, '--query', 'Hello', '--json', '-'];
	const { stdout, stderr } = await bench(['run', ...target, ...args], {
		env: { DIFY_API_KEY: dify.key(app) },
		onStart,
	});
	if (stdout === '') throw new Error(`no result: ${stderr}`);
	return JSON.parse(stdout) as BenchResult;
}

export { bench } from '../../bench/validation/benchProcess';

const servers: MockDify[] = [];

/** A server that plays `run` to every message, or what a function says of each in turn. */
export async function serve(
	run: Scenario | ((index: number) => Scenario),
	options: MockDifyOptions = {},
): Promise<MockDify> {
	let index = 0;
	const dify = await startMockDify({
		...options,
		scenarioFor: () => (typeof run === 'function' ? run(index++) : run),
	});
	servers.push(dify);
	return dify;
}

export async function closeServers(): Promise<void> {
	await Promise.all(servers.splice(0).map(async (server) => await server.close()));
}

/** The posted messages, in the order they came. */
export function messages(dify: MockDify): Array<Record<string, unknown>> {
	return dify.requests
		.filter(({ path }) => path === '/v1/chat-messages')
		.map(({ body }) => body as Record<string, unknown>);
}
