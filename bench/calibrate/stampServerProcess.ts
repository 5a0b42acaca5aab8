import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The script is next to the built command. The validation scripts run from the sources and use `dist`. */
const SCRIPT = [__dirname, join(__dirname, '../dist')]
	.map((folder) => join(folder, 'stampServer.js'))
	.find((file) => existsSync(file));

/** Runs the stamping server (stampServer.ts) in a child process. */
export class StampServer {
	private constructor(
		private readonly child: ChildProcess,
		readonly baseUrl: string,
	) {}

	/** Resolves when the server accepts connections. */
	static async start(): Promise<StampServer> {
		if (SCRIPT === undefined) {
			throw new Error('dify-bench is not built. Run "npm run build" first');
		}
		const child = fork(SCRIPT, { stdio: 'inherit' });
		const [port] = (await once(child, 'message')) as [number];
		return new StampServer(child, `http://127.0.0.1:${port}/v1`);
	}

	stop(): void {
		this.child.kill();
	}
}
