import { startChildServer } from './childServer';
import { findFreePort } from './process';

/** A Redis server on loopback that stores nothing on disk. */
export interface Redis {
	/** The environment variables with which n8n connects to the server. */
	env: Record<string, string>;
	stop(): Promise<void>;
}

/** @throws if redis-server is not installed or does not start */
export async function startRedis(): Promise<Redis> {
	const port = String(await findFreePort());
	const args = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
	const server = await startChildServer('redis-server', args, {
		readyText: 'Ready to accept connections',
		missingMessage: 'redis-server is not installed. Install it: apt-get install redis-server',
	});
	return {
		env: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: port },
		stop: async () => await server.stop(),
	};
}
