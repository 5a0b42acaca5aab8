import { availableParallelism } from 'node:os';
import { buildChatBody } from '../../protocol/request';
import type { RunOptions } from '../cli/runOptions';
import { arrivalPlan } from './arrivals';
import type { WorkerJob, WorkerLoad } from './workerProtocol';

/** Streams, or requests a second, that one thread measures with ease. */
const EASY = 200;

/** The jobs of the measuring threads, and how many requests they make up; `null` when time decides. */
export interface Planned {
	jobs: WorkerJob[];
	requests: number | null;
}

/** Shares a run out among its threads: request `i` of the plan goes to thread `i mod threads`. */
export function planOf(options: RunOptions): Planned {
	const { plan, requests } = options;
	const { load, duration_ms: durationMs } = plan;
	const count = workersOf(options);
	if (load.model === 'closed') {
		return {
			jobs: shares(count, (index) => jobOf(options, closed(options, index, count))),
			requests,
		};
	}
	const limits = { requests: requests ?? undefined, durationMs: durationMs ?? undefined };
	const due = arrivalPlan(load, limits, plan.seed);
	const jobs = shares(count, (first) =>
		jobOf(options, {
			kind: 'open',
			due: due.filter((_, index) => index % count === first),
			first,
			step: count,
		}),
	);
	return { jobs, requests: due.length };
}

function shares(count: number, job: (index: number) => WorkerJob): WorkerJob[] {
	return Array.from({ length: count }, (_, index) => job(index));
}

function workersOf({ workers, plan, requests }: RunOptions): number {
	const { load } = plan;
	const most = load.model === 'closed' ? load.concurrency : (requests ?? Number.POSITIVE_INFINITY);
	if (workers !== 'auto') return Math.min(workers, most);
	const size =
		load.model === 'closed'
			? load.concurrency
			: load.model === 'open'
				? load.rate
				: Math.max(load.from, load.to);
	// One core stays for whoever shows and reports, and for the system.
	return Math.max(1, Math.min(Math.ceil(size / EASY), availableParallelism() - 1, most));
}

function closed({ plan, requests }: RunOptions, index: number, count: number): WorkerLoad {
	if (plan.load.model !== 'closed') throw new Error('a closed loop was meant');
	const share = (whole: number): number => Math.floor((whole + count - 1 - index) / count);
	return {
		kind: 'closed',
		slots: share(plan.load.concurrency),
		thinkMs: plan.load.think_ms,
		requests: requests === null ? null : share(requests),
		durationMs: plan.duration_ms,
		first: index,
		step: count,
	};
}

function jobOf({ url, key, queries, plan }: RunOptions, load: WorkerLoad): WorkerJob {
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
