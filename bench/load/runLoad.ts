import type { Metrics } from '../metrics/aggregate';
import { aggregate } from '../metrics/aggregate';
import { mergeTimeHistograms } from '../metrics/histograms';
import { ProgressReader } from '../metrics/progress';
import type { RequestRows } from '../metrics/requestTable';
import { readCpuTime, stealBetween } from '../metrics/validity';
import type { CalibrationCounts } from '../metrics/workerReport';
import type { Plan, Progress } from '../result';
import type { RunConfig } from '../runConfig';
import { UsageError } from '../usageError';
import { monotonicMs } from './monotonicClock';
import { digestQueries } from './queries';
import { createWorkerJobs } from './workerJobs';
import { WorkerPool } from './workerPool';

const PROGRESS_INTERVAL_MS = 250;

/** What a finished run measured. */
export interface RunMeasurement {
	metrics: Metrics;
	startedAt: Date;
	durationMs: number;
	/** Dify's `X-Version`. */
	version: string | null;
	isInterrupted: boolean;
	/** Share of the run in which the busiest measuring thread was busy, 0 to 1. */
	elu: number;
	calibration: CalibrationCounts;
	/** All requests that were sent. */
	requests: RequestRows;
}

export interface RunHooks {
	onProgress?: (progress: Progress) => void;
	/** Aborting it ends the run early. The requests so far are still reported. */
	interrupt?: AbortSignal;
}

/**
 * Sends the requests of a run and measures them.
 *
 * @throws {UsageError} if the server rejects the first request for a reason that applies to all requests
 */
export async function runLoad(config: RunConfig, hooks: RunHooks = {}): Promise<RunMeasurement> {
	const { interrupt } = hooks;
	const { jobs, requests } = createWorkerJobs(config);
	const { plan } = config;
	const pool = new WorkerPool(jobs, plan.engine === 'autocannon' ? 'autocannon.js' : 'worker.js');
	const timers = [startProgress(pool, { plan, requests }, hooks)];
	const onInterrupt = (): void => pool.cut();
	try {
		await waitUntilReady(pool, interrupt);
		const cpuTimeBefore = readCpuTime();
		pool.start();
		const startedAt = new Date(Date.now() + pool.startedAt - monotonicMs());
		if (interrupt?.aborted === true) pool.cut();
		interrupt?.addEventListener('abort', onInterrupt);
		if (plan.duration_ms !== null) {
			timers.push(setTimeout(() => pool.cut(), plan.duration_ms + config.drainMs));
		}
		const reports = await pool.done();
		throwIfRejected(pool);
		const endMs = monotonicMs() - pool.startedAt;
		const isInterrupted = interrupt?.aborted === true;
		const metrics = aggregate({
			requests: pool.requests,
			reports,
			endMs,
			plan: completePlan(config, jobs.length),
			goodputLimits: config.goodputLimits,
			steal: stealBetween(cpuTimeBefore, readCpuTime()),
			isInterrupted,
		});
		return {
			metrics,
			startedAt,
			durationMs: endMs,
			version: reports.find((report) => report.version !== null)?.version ?? null,
			isInterrupted,
			elu: Math.max(...reports.map(({ elu }) => elu)),
			requests: pool.requests,
			calibration: mergeCalibrations(reports.map(({ calibration }) => calibration)),
		};
	} finally {
		for (const timer of timers) clearTimeout(timer);
		interrupt?.removeEventListener('abort', onInterrupt);
		await pool.close();
	}
}

/** Reports the progress of the warm-up, then that of the run, until the timer is cleared. */
function startProgress(
	pool: WorkerPool,
	{ plan, requests }: { plan: RunConfig['plan']; requests: number | null },
	{ onProgress }: RunHooks,
): NodeJS.Timeout {
	const reader = new ProgressReader(pool.tables);
	const warmupStartedAt = monotonicMs();
	return setInterval(() => {
		const isWarmup = pool.startedAt === 0;
		const elapsedMs = Math.max(0, monotonicMs() - (isWarmup ? warmupStartedAt : pool.startedAt));
		const leftMs =
			plan.duration_ms === null || isWarmup ? null : Math.max(0, plan.duration_ms - elapsedMs);
		onProgress?.({ ...reader.read(elapsedMs, requests, leftMs), isWarmup });
	}, PROGRESS_INTERVAL_MS);
}

/** Adds to the plan what is known only when the run starts. */
function completePlan(
	{ plan, queries, includeQueries }: RunConfig,
	workers: number,
): Omit<Plan, 'requests'> {
	return {
		...plan,
		// Each thread warms up its own connections. The autocannon engine has no warm-up.
		warmup: plan.engine === 'autocannon' ? 0 : plan.warmup * workers,
		workers,
		queries: {
			count: queries.length,
			sha256: digestQueries(queries),
			...(includeQueries && { texts: queries.map(({ query }) => query) }),
		},
	};
}

function mergeCalibrations([first, ...others]: readonly CalibrationCounts[]): CalibrationCounts {
	if (first === undefined) throw new Error('A run must have at least one measuring thread');
	const sum = {
		...first,
		events: mergeTimeHistograms([first.events]),
		firstTokens: mergeTimeHistograms([first.firstTokens]),
	};
	for (const { events, firstTokens, total, covered } of others) {
		sum.events.add(events);
		sum.firstTokens.add(firstTokens);
		sum.total += total;
		sum.covered += covered;
	}
	return sum;
}

async function waitUntilReady(pool: WorkerPool, interrupt: AbortSignal | undefined): Promise<void> {
	const interrupted = new Promise<never>((_, reject) => {
		interrupt?.addEventListener('abort', () =>
			reject(new UsageError('The run was interrupted during the warm-up')),
		);
	});
	await Promise.race([pool.ready(), interrupted]);
	throwIfRejected(pool);
}

function throwIfRejected({ rejection }: WorkerPool): void {
	if (rejection === undefined) return;
	throw new UsageError(`The server rejected the first request: ${rejection}`);
}
