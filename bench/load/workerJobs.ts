import { availableParallelism } from 'node:os';
import { buildChatBody } from '../../protocol/request';
import type { LoadModel } from '../result';
import type { RunConfig } from '../runConfig';
import { planArrivals } from './arrivals';
import type { WorkerJob, WorkerLoad } from './workerProtocol';

/** Concurrent streams, or requests per second, that one thread can measure without being overloaded. */
const LOAD_PER_WORKER = 200;

export interface WorkerJobs {
	jobs: WorkerJob[];
	/** Total number of requests. `null` if the duration ends the run. */
	requests: number | null;
}

/** Distributes a run over its measuring threads. Request `i` of the plan goes to thread `i mod threads`. */
export function createWorkerJobs(config: RunConfig): WorkerJobs {
	const { plan, requests } = config;
	const { load, duration_ms: durationMs } = plan;
	const count = workerCount(config);
	const createJobs = (loadOf: (worker: number) => WorkerLoad): WorkerJob[] =>
		Array.from({ length: count }, (_, worker) => createJob(config, loadOf(worker)));
	if (load.model === 'closed') {
		return { jobs: createJobs((worker) => closedLoad(config, load, { worker, count })), requests };
	}
	const limits = { requests: requests ?? undefined, durationMs: durationMs ?? undefined };
	const due = planArrivals(load, limits, plan.seed);
	const jobs = createJobs((worker) => ({
		kind: 'open',
		due: due.filter((_, index) => index % count === worker),
		first: worker,
		step: count,
	}));
	return { jobs, requests: due.length };
}

function workerCount({ workers, plan, requests }: RunConfig): number {
	const { load } = plan;
	const most = load.model === 'closed' ? load.concurrency : (requests ?? Number.POSITIVE_INFINITY);
	if (workers !== 'auto') return Math.min(workers, most);
	const size =
		load.model === 'closed'
			? load.concurrency
			: load.model === 'open'
				? load.rate
				: Math.max(load.from, load.to);
	// One core stays free for the main thread, which shows the progress, and for the operating system.
	return Math.max(1, Math.min(Math.ceil(size / LOAD_PER_WORKER), availableParallelism() - 1, most));
}

function closedLoad(
	{ plan, requests }: RunConfig,
	load: Extract<LoadModel, { model: 'closed' }>,
	{ worker, count }: { worker: number; count: number },
): WorkerLoad {
	const shareOf = (total: number): number => Math.floor((total + count - 1 - worker) / count);
	return {
		kind: 'closed',
		users: shareOf(load.concurrency),
		thinkMs: load.think_ms,
		requests: requests === null ? null : shareOf(requests),
		durationMs: plan.duration_ms,
		first: worker,
		step: count,
	};
}

function createJob({ url, key, queries, plan }: RunConfig, load: WorkerLoad): WorkerJob {
	const isDify = plan.target === 'dify';
	const { origin, pathname, search } = new URL(isDify ? `${url}/chat-messages` : url);
	return {
		origin,
		target: plan.target,
		path: `${pathname}${search}`,
		headers: {
			...(key !== undefined && { Authorization: `Bearer ${key}` }),
			'Content-Type': 'application/json',
			Accept: isDify && plan.mode === 'streaming' ? 'text/event-stream' : 'application/json',
			'User-Agent': 'dify-bench',
		},
		secrets: key === undefined ? [] : [key],
		mode: plan.mode,
		bodies: queries.map((query) =>
			JSON.stringify(
				isDify
					? buildChatBody({
							...query,
							responseMode: plan.mode,
							autoGenerateName: plan.auto_generate_name,
						})
					: query,
			),
		),
		conversation: plan.conversation,
		timeouts: plan.timeouts_ms,
		stallLimitMs: plan.stall_limit_ms,
		insecure: plan.insecure,
		warmup: plan.warmup,
		load,
	};
}
