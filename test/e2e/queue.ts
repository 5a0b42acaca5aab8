import type { N8nServer, Redis } from '../../dev/n8n-server';
import { startRedis } from '../../dev/n8n-server';
import type { World } from './server';
import { openWorld } from './server';

export type Worker = Awaited<ReturnType<N8nServer['run']>>;

/** n8n in queue mode: its server takes requests, workers execute them, a Redis between. */
export interface QueueWorld extends World {
	workers: Worker[];
}

/** Executions that a worker has at a time. */
export const AT_ONCE = 10;

export async function openQueueWorld(workerCount: number): Promise<QueueWorld> {
	const redis: Redis = await startRedis();
	const world = await openWorld({
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
		// That a worker is gone is noticed after 20 s; by n8n's defaults, after a minute or more. Less, and
		// a worker on a busy machine is taken for gone.
		QUEUE_WORKER_LOCK_DURATION: '20000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
		QUEUE_WORKER_STALLED_INTERVAL: '5000',
	});
	const workers: Worker[] = [];
	for (let index = 0; index < workerCount; index++) {
		const worker = await world.n8n.run('worker', `--concurrency=${AT_ONCE}`);
		workers.push(worker);
		await worker.printed('n8n worker is now ready');
	}
	return {
		...world,
		workers,
		close: async () => {
			await Promise.all(workers.map(async (worker) => await worker.stop()));
			await world.close();
			await redis.stop();
		},
	};
}
