import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, delimiter } from 'node:path';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { InstalledN8n } from './install';

const START_LIMIT_MS = 180_000;
/** n8n itself waits 30 s for executions that run; whoever ends a test server does not. */
const END_LIMIT_MS = 10_000;
const LOG_LENGTH = 200_000;

/** One process of n8n's: the server, a worker, or a command that ends by itself. */
export class N8nProcess {
	/** What it printed, the end of it. */
	log = '';
	private readonly ended: Promise<number | null>;

	private constructor(private readonly child: ChildProcess) {
		const keep = (chunk: Buffer): void => {
			this.log = (this.log + chunk.toString()).slice(-LOG_LENGTH);
		};
		child.stdout?.on('data', keep);
		child.stderr?.on('data', keep);
		this.ended = once(child, 'close').then(([code]) => code as number | null);
	}

	static spawn(n8n: InstalledN8n, args: string[], env: Record<string, string>): N8nProcess {
		const child = spawn(n8n.node, [n8n.bin, ...args], {
			env: {
				...inherited(),
				...env,
				PATH: `${dirname(n8n.node)}${delimiter}${process.env.PATH ?? ''}`,
			},
			stdio: ['ignore', 'pipe', 'pipe'],
			// A group of its own, so that its task runner ends with it.
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

	/** Waits until it has printed `text`. @throws with its log's end, where it ends or stays silent instead */
	async printed(text: string): Promise<void> {
		const deadline = performance.now() + START_LIMIT_MS;
		while (!this.log.includes(text)) {
			if (!this.isRunning || performance.now() > deadline) {
				await this.stop();
				throw new Error(`n8n did not start:\n${this.log.slice(-3_000)}`);
			}
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}

	/** Its exit code, once it has ended by itself. */
	async done(): Promise<number | null> {
		return await this.ended;
	}

	/** Ends it, and what it started, as a shutdown does; after a while without asking. */
	async stop(): Promise<void> {
		if (this.isRunning) this.child.kill('SIGTERM');
		const limit = setTimeout(() => this.signalGroup('SIGKILL'), END_LIMIT_MS);
		await this.ended;
		clearTimeout(limit);
		this.signalGroup('SIGKILL');
	}

	/** Ends it at once, as a crash does. */
	async kill(): Promise<void> {
		this.signalGroup('SIGKILL');
		await this.ended;
	}

	private signalGroup(signal: NodeJS.Signals): void {
		try {
			process.kill(-this.pid, signal);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
		}
	}
}

/** This process's environment without what would steer n8n or npm. */
function inherited(): Record<string, string> {
	const kept = Object.entries(process.env).filter(
		([name, value]) =>
			value !== undefined && !/^(npm_|N8N_|DB_|EXECUTIONS_|QUEUE_|NODE_)/i.test(name),
	);
	return Object.fromEntries(kept) as Record<string, string>;
}

/** A port of 127.0.0.1 that nobody has. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}
