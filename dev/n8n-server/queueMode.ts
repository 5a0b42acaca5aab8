import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { N8nProcess } from './process';
import { findFreePort } from './process';
import type { TestBed } from './testBed';
import { startTestBed } from './testBed';

/** Number of executions that a worker runs at the same time. */
export const WORKER_CONCURRENCY = 10;

/** Linux keeps this folder in memory. */
const MEMORY_FOLDER = '/dev/shm';

/** A test bed with n8n in queue mode: the server receives requests, Redis queues them, and workers execute them. */
export interface QueueTestBed extends TestBed {
	workers: N8nProcess[];
}

export async function startQueueTestBed(workerCount: number): Promise<QueueTestBed> {
	const redis = await startRedis();
	const testBed = await startTestBed({
		// The server and the workers share an SQLite database. On a disk, a write can take so long that an execution of
		// another process fails with SQLITE_BUSY.
		...(existsSync(MEMORY_FOLDER) && { parentFolder: MEMORY_FOLDER }),
		env: {
			EXECUTIONS_MODE: 'queue',
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(redis.port),
			// n8n notices a dead worker after 20 s. With n8n's defaults it takes more than a minute. With less than 20 s,
			// a worker on a busy machine could be taken for dead.
			QUEUE_WORKER_LOCK_DURATION: '20000',
			QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
			QUEUE_WORKER_STALLED_INTERVAL: '5000',
		},
	});
	const workers: N8nProcess[] = [];
	for (let index = 0; index < workerCount; index++) {
		const worker = await testBed.n8n.startCommand('worker', `--concurrency=${WORKER_CONCURRENCY}`);
		workers.push(worker);
		await worker.waitForOutput('n8n worker is now ready');
	}
	return {
		...testBed,
		workers,
		close: async () => {
			await Promise.all(workers.map(async (worker) => await worker.stop()));
			await testBed.close();
			await redis.stop();
		},
	};
}

/** A Redis server on loopback that stores nothing on disk. */
interface Redis {
	port: number;
	stop(): Promise<void>;
}

/** @throws if redis-server is not installed or does not start */
async function startRedis(): Promise<Redis> {
	const port = await findFreePort();
	const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
	const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
	const exited = once(child, 'close');
	let log = '';
	await new Promise<void>((resolve, reject) => {
		child.once('error', () =>
			reject(new Error('redis-server is not installed. Install it: apt-get install redis-server')),
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
			await exited;
		},
	};
}
