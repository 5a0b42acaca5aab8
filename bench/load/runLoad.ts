import type { RunOptions } from '../cli/runOptions';
import { UsageError } from '../usageError';
import { assemble } from '../metrics/aggregate';
import type { Findings } from '../metrics/aggregate';
import { ProgressReader } from '../metrics/progress';
import { readCpuTime, stealBetween } from '../metrics/steal';
import type { Progress } from '../result';
import { monotonicMs } from './clientError';
import { Fleet } from './workerPool';
import type { Calibration } from './workerProtocol';
import type { Requests } from '../metrics/requestTable';
import { joinTimes } from '../metrics/histograms';
import { planOf } from './workerJobs';
import { digestOf } from './queries';

const LOOK_EVERY_MS = 250;

export interface Run {
	findings: Findings;
	startedAt: Date;
	durationMs: number;
	/** Dify's `X-Version`. */
	version: string | null;
	interrupted: boolean;
	/** Share of the run that the busiest measuring thread was busy. */
	elu: number;
	calibration: Calibration;
	/** What is known of each request that was sent. */
	requests: Requests;
}

export interface RunHooks {
	onProgress?: (progress: Progress) => void;
	/** Aborted: the run ends now, in order. */
	interrupt?: AbortSignal;
}

/**
 * Sends the requests of a plan and measures them.
 *
 * @throws {UsageError} when the first request is refused for a reason that all others share
 */
export async function run(options: RunOptions, hooks: RunHooks = {}): Promise<Run> {
	const { onProgress, interrupt } = hooks;
	const { jobs, requests } = planOf(options);
	const { plan, queries } = options;
	const fleet = new Fleet(jobs, plan.engine === 'autocannon' ? 'autocannon.js' : 'worker.js');
	const timers: NodeJS.Timeout[] = [];
	const progress = new ProgressReader(fleet.tables);
	const onInterrupt = (): void => fleet.cut();
	try {
		const warmingSince = monotonicMs();
		const looks = setInterval(() => {
			const isWarmup = fleet.startedAt === 0;
			const elapsed = Math.max(0, monotonicMs() - (isWarmup ? warmingSince : fleet.startedAt));
			const left =
				plan.duration_ms === null || isWarmup ? null : Math.max(0, plan.duration_ms - elapsed);
			onProgress?.({ ...progress.look(elapsed, requests, left), isWarmup });
		}, LOOK_EVERY_MS);
		timers.push(looks);
		await untilReady(fleet, interrupt);
		const before = readCpuTime();
		fleet.start();
		const startedAt = new Date(Date.now() + fleet.startedAt - monotonicMs());
		if (interrupt?.aborted === true) fleet.cut();
		interrupt?.addEventListener('abort', onInterrupt);
		if (plan.duration_ms !== null) {
			timers.push(setTimeout(() => fleet.cut(), plan.duration_ms + options.drainMs));
		}
		const reports = await fleet.done();
		refuse(fleet);
		const endMs = monotonicMs() - fleet.startedAt;
		const findings = assemble({
			requests: fleet.requests,
			reports,
			endMs,
			plan: {
				...plan,
				// Each thread of ours warms up its own connections; autocannon does not.
				warmup: plan.engine === 'autocannon' ? 0 : plan.warmup * jobs.length,
				workers: jobs.length,
				queries: {
					count: queries.length,
					sha256: digestOf(queries),
					...(options.includeQueries && { texts: queries.map(({ query }) => query) }),
				},
			},
			goodput: options.goodput,
			steal: stealBetween(before, readCpuTime()),
			interrupted: interrupt?.aborted === true,
		});
		const version = reports.find((report) => report.version !== null)?.version ?? null;
		return {
			findings,
			startedAt,
			durationMs: endMs,
			version,
			interrupted: interrupt?.aborted === true,
			elu: Math.max(...reports.map(({ elu }) => elu)),
			requests: fleet.requests,
			calibration: joinCalibrations(reports.map(({ calibration }) => calibration)),
		};
	} finally {
		for (const timer of timers) clearTimeout(timer);
		interrupt?.removeEventListener('abort', onInterrupt);
		await fleet.close();
	}
}

function joinCalibrations([first, ...others]: readonly Calibration[]): Calibration {
	if (first === undefined) throw new Error('a run has at least one measuring thread');
	const all = {
		...first,
		events: joinTimes([first.events]),
		firstTokens: joinTimes([first.firstTokens]),
	};
	for (const { events, firstTokens, checked, held } of others) {
		all.events.add(events);
		all.firstTokens.add(firstTokens);
		all.checked += checked;
		all.held += held;
	}
	return all;
}

async function untilReady(fleet: Fleet, interrupt: AbortSignal | undefined): Promise<void> {
	const interrupted = new Promise<never>((_, reject) => {
		interrupt?.addEventListener('abort', () =>
			reject(new UsageError('interrupted before the first request was measured')),
		);
	});
	await Promise.race([fleet.ready(), interrupted]);
	refuse(fleet);
}

function refuse({ refused }: Fleet): void {
	if (refused === undefined) return;
	throw new UsageError(`the first request was refused: ${refused.message}`);
}
