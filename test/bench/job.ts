import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const CLI = join(__dirname, '../../bench/dist/cli.js');

export interface Step {
	uses?: string;
	run?: string;
	with?: Record<string, string>;
	env?: Record<string, string>;
}

export function readYaml<Shape>(file: string): Shape {
	return parse(readFileSync(file, 'utf8')) as Shape;
}

/** Creates a folder with a `dify-bench` and an `npx` that run the built dify-bench. Returns its path. */
function createBinFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'dify-bench-bin-'));
	const scripts = {
		'dify-bench': `exec "${process.execPath}" "${CLI}" "$@"`,
		npx: `[ "$1" = --yes ] || exit 64\nshift 2\nexec "${process.execPath}" "${CLI}" "$@"`,
	};
	for (const [name, script] of Object.entries(scripts)) {
		writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
		chmodSync(join(folder, name), 0o755);
	}
	return folder;
}

/** Runs shell steps like a CI service, in a temporary folder. */
export class Job {
	readonly folder = mkdtempSync(join(tmpdir(), 'dify-bench-job-'));
	private readonly groups: number[] = [];
	private readonly env: NodeJS.ProcessEnv;

	constructor() {
		const { GITHUB_STEP_SUMMARY: _, ...outer } = process.env;
		this.env = {
			...outer,
			PATH: `${createBinFolder()}:${process.env.PATH}`,
			RUNNER_TEMP: this.folder,
			GITHUB_ENV: join(this.folder, 'env'),
		};
	}

	/** Returns an environment variable that a step set for later steps. */
	variable(name: string): string {
		const file = join(this.folder, 'env');
		const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
		return new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
	}

	/** Returns the exit code. Background processes of the step run until {@link end}. */
	async run(command: string, args: readonly string[], env: Record<string, string> = {}) {
		const child: ChildProcess = spawn(command, args, {
			cwd: this.folder,
			env: { ...this.env, ...env },
			stdio: 'ignore',
			detached: true,
		});
		this.groups.push(child.pid ?? 0);
		return await new Promise<number | null>((resolve) => child.on('exit', resolve));
	}

	/** Runs the script of a `run` step with GitHub's flags for bash. */
	async shell(script: string, env?: Record<string, string>): Promise<number | null> {
		return await this.run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], env);
	}

	/** Ends the background processes. */
	end(): void {
		for (const group of this.groups) {
			try {
				process.kill(-group);
			} catch {
				// The process group has already ended.
			}
		}
	}
}
