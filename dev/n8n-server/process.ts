import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, delimiter } from 'node:path';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { InstalledN8n } from './install';

const START_TIMEOUT_MS = 180_000;
/** n8n waits up to 30 s for running executions before it exits. A local server does not need to wait that long. */
const STOP_TIMEOUT_MS = 10_000;
const MAX_LOG_LENGTH = 200_000;

/** A process of n8n: the server, a worker, or a command. */
export class N8nProcess {
	/** The end of the process's output, at most 200,000 characters. */
	log = '';
	private readonly exited: Promise<number | null>;

	private constructor(private readonly child: ChildProcess) {
		const append = (chunk: Buffer): void => {
			this.log = (this.log + chunk.toString()).slice(-MAX_LOG_LENGTH);
		};
		child.stdout?.on('data', append);
		child.stderr?.on('data', append);
		this.exited = once(child, 'close').then(([code]) => code as number | null);
	}

	static spawn(n8n: InstalledN8n, args: string[], env: Record<string, string>): N8nProcess {
		const child = spawn(n8n.node, [n8n.bin, ...args], {
			env: {
				...inheritedEnv(),
				...env,
				PATH: `${dirname(n8n.node)}${delimiter}${process.env.PATH ?? ''}`,
			},
			stdio: ['ignore', 'pipe', 'pipe'],
			// The process leads its own group, so that a signal to the group also reaches n8n's task runner.
			detached: true,
		});
		return new N8nProcess(child);
	}

	get pid(): number {
		return this.child.pid as number;
	}

	get isRunning(): boolean {
		return this.child.exitCode === null && this.child.signalCode === null;
	}

	/**
	 * Waits until the process has printed a text.
	 *
	 * @throws if the process exits before, or does not print the text in 180 s; the message contains the end of the log
	 */
	async waitForOutput(text: string): Promise<void> {
		const deadline = performance.now() + START_TIMEOUT_MS;
		while (!this.log.includes(text)) {
			if (!this.isRunning || performance.now() > deadline) {
				await this.stop();
				throw new Error(`n8n did not start:\n${this.log.slice(-3_000)}`);
			}
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}

	/** Waits until the process exits. @returns its exit code */
	async waitForExit(): Promise<number | null> {
		return await this.exited;
	}

	/** Asks the process to shut down. After 10 s, kills it and its child processes. */
	async stop(): Promise<void> {
		if (this.isRunning) this.child.kill('SIGTERM');
		const timeout = setTimeout(() => this.signalGroup('SIGKILL'), STOP_TIMEOUT_MS);
		await this.exited;
		clearTimeout(timeout);
		this.signalGroup('SIGKILL');
	}

	/** Kills the process and its child processes at once, as a crash would. */
	async kill(): Promise<void> {
		this.signalGroup('SIGKILL');
		await this.exited;
	}

	private signalGroup(signal: NodeJS.Signals): void {
		try {
			process.kill(-this.pid, signal);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
		}
	}
}

/** Returns this process's environment without the variables that configure n8n, npm or Node. */
function inheritedEnv(): Record<string, string> {
	const kept = Object.entries(process.env).filter(
		([name, value]) =>
			value !== undefined && !/^(npm_|N8N_|DB_|EXECUTIONS_|QUEUE_|NODE_)/i.test(name),
	);
	return Object.fromEntries(kept) as Record<string, string>;
}

/** Returns a free port on 127.0.0.1. */
export async function findFreePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}
