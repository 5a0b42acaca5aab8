import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './process';

/** A Redis on loopback that keeps nothing. */
export interface Redis {
	port: number;
	stop(): Promise<void>;
}

/** @throws where the machine has no Redis, or it does not start */
export async function startRedis(): Promise<Redis> {
	const port = await freePort();
	const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
	const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
	const ended = once(child, 'close');
	let log = '';
	await new Promise<void>((resolve, reject) => {
		child.once('error', () =>
			reject(new Error('there is no redis-server: apt-get install redis-server brings it')),
		);
		child.once('close', () => reject(new Error(`Redis did not start: ${log}`)));
		child.stdout.on('data', (chunk: Buffer) => {
			log += chunk.toString();
			if (log.includes('Ready to accept connections')) resolve();
		});
	});
	return {
		port,
		stop: async () => {
			child.kill();
			await ended;
		},
	};
}
