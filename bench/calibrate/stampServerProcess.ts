import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the built command or, for scripts that run from the sources, where the build puts it. */
const SCRIPT = [__dirname, join(__dirname, '../dist')]
	.map((folder) => join(folder, 'stampServer.js'))
	.find((file) => existsSync(file));

/** The stamping server in a process of its own. */
export class StampServer {
	private constructor(
		private readonly child: ChildProcess,
		readonly baseUrl: string,
	) {}

	static async start(): Promise<StampServer> {
		if (SCRIPT === undefined) throw new Error('dify-bench is not built: npm run build');
		const child = fork(SCRIPT, { stdio: 'inherit' });
		const [port] = (await once(child, 'message')) as [number];
		return new StampServer(child, `http://127.0.0.1:${port}/v1`);
	}

	stop(): void {
		this.child.kill();
	}
}
