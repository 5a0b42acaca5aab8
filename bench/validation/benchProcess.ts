import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { CalibrationLevel } from '../calibrationResult';
import type { BenchResult } from '../result';

const CLI = join(__dirname, '../dist/cli.js');

export interface ProcessResult {
	code: number | null;
	stdout: string;
	stderr: string;
}

export interface ProcessOptions {
	env?: Record<string, string>;
	/** Flags for Node or V8. */
	nodeFlags?: readonly string[];
	/** Receives the process, for example to send signals to it. */
	onStart?: (child: ChildProcess) => void;
}

/** Runs the built dify-bench as a user does. Resolves when the process has ended. */
export async function runBench(
	args: readonly string[],
	options: ProcessOptions = {},
): Promise<ProcessResult> {
	const { GITHUB_STEP_SUMMARY: _, ...outerEnv } = process.env;
	const child = spawn(process.execPath, [...(options.nodeFlags ?? []), CLI, ...args], {
		env: { ...outerEnv, ...options.env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	options.onStart?.(child);
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
	const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
	return { code, stdout, stderr };
}

/** A running `dify-bench serve`. */
export interface ServerProcess {
	child: ChildProcess;
	url: string;
	/** API key of its Chatbot app. */
	key: string;
	stop(): Promise<void>;
}

/** Starts `dify-bench serve`. Resolves when the server accepts requests. */
export async function startServer(args: readonly string[]): Promise<ServerProcess> {
	const child = spawn(process.execPath, [CLI, 'serve', ...args], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const output = await new Promise<string>((resolve, reject) => {
		let text = '';
		child.stdout.on('data', (chunk: Buffer) => {
			text += chunk.toString();
			if (/Chatflow key .*\n/.test(text)) resolve(text);
		});
		child.on('exit', (code) => reject(new Error(`dify-bench serve ended with exit code ${code}`)));
	});
	const [, url = ''] = /base URL +(\S+)/.exec(output) ?? [];
	const [, key = ''] = /Chatbot key +(\S+)/.exec(output) ?? [];
	const stop = async (): Promise<void> => {
		const exited = new Promise((resolve) => child.on('exit', resolve));
		child.kill('SIGTERM');
		await exited;
	};
	return { child, url, key, stop };
}

/** Runs `dify-bench run` against a server. @throws with the error output if there is no result */
export async function measure(
	{ url, key }: ServerProcess,
	args: readonly string[],
	options: ProcessOptions = {},
): Promise<BenchResult> {
	const target = ['--url', url, '--key', key, '--query', 'x', '--json', '-'];
	const { stdout, stderr } = await runBench(['run', ...target, ...args], options);
	if (stdout === '') throw new Error(stderr);
	return JSON.parse(stdout) as BenchResult;
}

/** Runs `dify-bench calibrate` for one level. @throws with the error output if there is no result */
export async function calibrate(args: readonly string[]): Promise<CalibrationLevel> {
	const { stdout, stderr } = await runBench(['calibrate', ...args, '--json', '-']);
	if (stdout === '') throw new Error(stderr);
	const [level] = (JSON.parse(stdout) as { levels: CalibrationLevel[] }).levels;
	if (level === undefined) throw new Error('dify-bench calibrate measured no level');
	return level;
}
