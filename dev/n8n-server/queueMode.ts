import { startPostgres } from './postgres';
import type { N8nProcess } from './process';
import { startRedis } from './redis';
import type { TestBed } from './testBed';
import { startTestBed } from './testBed';

/** Number of executions that a worker runs at the same time. */
export const WORKER_CONCURRENCY = 10;

/**
 * A test bed with n8n in queue mode: the server receives requests, Redis queues them, and workers execute them. All
 * processes share a PostgreSQL database, because n8n does not support SQLite in queue mode.
 */
export interface QueueTestBed extends TestBed {
	workers: N8nProcess[];
}

/** @throws if Redis or PostgreSQL is not installed, or if a process does not start */
export async function startQueueTestBed(workerCount: number): Promise<QueueTestBed> {
	const cleanUps: Array<() => Promise<void>> = [];
	const close = async (): Promise<void> => {
		for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
	};
	try {
		const redis = await startRedis();
		cleanUps.push(redis.stop);
		const postgres = await startPostgres();
		cleanUps.push(postgres.stop);
		const testBed = await startTestBed({
			env: {
				...redis.env,
				...postgres.env,
				// One connection for each execution of a worker. With n8n's default of 2, executions on a busy machine
				// could wait longer for a connection than n8n allows, which is 20 s.
				DB_POSTGRESDB_POOL_SIZE: String(WORKER_CONCURRENCY),
				EXECUTIONS_MODE: 'queue',
				// n8n notices a dead worker after 20 s. With n8n's defaults it takes more than a minute. With less than
				// 20 s, a worker on a busy machine could be taken for dead.
				QUEUE_WORKER_LOCK_DURATION: '20000',
				QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
				QUEUE_WORKER_STALLED_INTERVAL: '5000',
			},
		});
		cleanUps.push(testBed.close);
		const workers: N8nProcess[] = [];
		cleanUps.push(async () => {
			await Promise.all(workers.map(async (worker) => await worker.stop()));
		});
		for (let index = 0; index < workerCount; index++) {
			const concurrency = `--concurrency=${WORKER_CONCURRENCY}`;
			workers.push(await testBed.n8n.startCommand('worker', concurrency));
		}
		await Promise.all(
			workers.map(async (worker) => await worker.waitForOutput('n8n worker is now ready')),
		);
		return { ...testBed, workers, close };
	} catch (error) {
		await close();
		throw error;
	}
}
