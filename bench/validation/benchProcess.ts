import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { BenchResult } from '../result';

const CLI = join(__dirname, '../dist/cli.js');

export interface Ended {
	code: number | null;
	stdout: string;
	stderr: string;
}

export interface How {
	env?: Record<string, string>;
	/** Flags of Node's own, or V8's. */
	nodeFlags?: readonly string[];
	/** Gets the process, to send signals to. */
	onStart?: (child: ChildProcess) => void;
}

/** The built program as its user runs it, to its end. */
export async function bench(args: readonly string[], how: How = {}): Promise<Ended> {
	const { GITHUB_STEP_SUMMARY: _, ...outer } = process.env;
	const child = spawn(process.execPath, [...(how.nodeFlags ?? []), CLI, ...args], {
		env: { ...outer, ...how.env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	how.onStart?.(child);
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
	const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
	return { code, stdout, stderr };
}

/** `dify-bench serve` as a process, until it is stopped. */
export interface Served {
	child: ChildProcess;
	url: string;
	/** Of its Chatbot app. */
	key: string;
	stop(): Promise<void>;
}

export async function serve(args: readonly string[]): Promise<Served> {
	const child = spawn(process.execPath, [CLI, 'serve', ...args], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const said = await new Promise<string>((resolve, reject) => {
		let text = '';
		child.stdout.on('data', (chunk: Buffer) => {
			text += chunk.toString();
			if (/Chatflow key .*\n/.test(text)) resolve(text);
		});
		child.on('exit', (code) => reject(new Error(`dify-bench serve ended with ${code}`)));
	});
	const [, url = ''] = /base URL +(\S+)/.exec(said) ?? [];
	const [, key = ''] = /Chatbot key +(\S+)/.exec(said) ?? [];
	const stop = async (): Promise<void> => {
		const ended = new Promise((resolve) => child.on('exit', resolve));
		child.kill('SIGTERM');
		await ended;
	};
	return { child, url, key, stop };
}

/** A run against a served Chatbot, and its result. @throws with what the program said instead of one */
export async function measure(
	{ url, key }: Served,
	args: readonly string[],
	how: How = {},
): Promise<BenchResult> {
	const target = ['--url', url, '--key', key, '--query', 'x', '--json', '-'];
	const { stdout, stderr } = await bench(['run', ...target, ...args], how);
	if (stdout === '') throw new Error(stderr);
	return JSON.parse(stdout) as BenchResult;
}
