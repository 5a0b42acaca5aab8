import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { LocalDify, LocalDifyOptions, Run } from '../../local-dify';
import { startLocalDify } from '../../local-dify';
import type { BenchResult } from '../../bench/result';

const CLI = join(__dirname, '../../bench/dist/cli.js');

export interface Ended {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** The built program, as its user runs it; `onStart` gets the process to send signals to. */
export async function bench(
	args: readonly string[],
	env: Record<string, string> = {},
	onStart?: (child: ReturnType<typeof spawn>) => void,
): Promise<Ended> {
	const { GITHUB_STEP_SUMMARY: _, ...outer } = process.env;
	const child = spawn(process.execPath, [CLI, ...args], {
		env: { ...outer, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	onStart?.(child);
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
	const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
	return { code, stdout, stderr };
}

/** A run against an app of `dify`, and its result. */
export async function measure(
	dify: LocalDify,
	args: readonly string[],
	app = 'chat-plain',
	onStart?: (child: ReturnType<typeof spawn>) => void,
): Promise<BenchResult> {
	const target = ['--url', dify.baseUrl, '--query', 'Hello', '--json', '-'];
	const { stdout, stderr } = await bench(
		['run', ...target, ...args],
		{ DIFY_API_KEY: dify.key(app) },
		onStart,
	);
	if (stdout === '') throw new Error(`no result: ${stderr}`);
	return JSON.parse(stdout) as BenchResult;
}

const servers: LocalDify[] = [];

/** A server that plays `run` to every message, or what a function says of each in turn. */
export async function serve(
	run: Run | ((index: number) => Run),
	options: LocalDifyOptions = {},
): Promise<LocalDify> {
	let index = 0;
	const dify = await startLocalDify({
		...options,
		answer: () => (typeof run === 'function' ? run(index++) : run),
	});
	servers.push(dify);
	return dify;
}

export async function closeServers(): Promise<void> {
	await Promise.all(servers.splice(0).map(async (server) => await server.close()));
}

/** The posted messages, in the order they came. */
export function messages(dify: LocalDify): Array<Record<string, unknown>> {
	return dify.requests
		.filter(({ path }) => path === '/v1/chat-messages')
		.map(({ body }) => body as Record<string, unknown>);
}
