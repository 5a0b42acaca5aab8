import { readFileSync } from 'node:fs';
import type { Check, Distribution, OutcomeDetail, Plan, Verdict, VerdictStatus } from '../result';

/** What the self-checks of a measurement use. */
export interface SelfCheckInput {
	plan: Plan;
	distributions: {
		ttft: Distribution;
		e2e: Distribution;
		client_error: Distribution;
		dispatch_delay: Distribution;
	};
	/** Share of the run in which the busiest measuring thread was busy, 0 to 1. */
	elu: number;
	/** Largest share of the run that a measuring thread spent on garbage collection, and its longest pause. */
	gc: { share: number; longestMs: number };
	/** Share of the CPU time that the host gave to other machines, 0 to 1. `null` if it is unknown. */
	steal: number | null;
	/** Number of requests that were sent. */
	sent: number;
	/** Number of requests that were planned. */
	due: number;
	isInterrupted: boolean;
	outcomeDetails: readonly OutcomeDetail[];
}

/** Errors up to this size are too small to matter. */
const NEGLIGIBLE_MS = 1;
/** Error codes that mean that this machine, not the server, is out of resources. */
const LOCAL_ERROR_CODES = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);
/** The checks of the client's own delays use the first of these percentiles that has enough samples. */
const CHECKED_PERCENTILES = ['p99', 'p95', 'p90'] as const;
/** From best to worst. */
const STATUSES: readonly VerdictStatus[] = ['VALID', 'DEGRADED', 'INVALID'];

/** Checks whether the measurement itself is valid (docs/bench-method.md#3-client-error). */
export function checkValidity(input: SelfCheckInput): Verdict {
	const checks = [
		checkDelay(
			'client_error',
			(delay) => `First tokens may have arrived up to ${delay} earlier than measured`,
			input,
		),
		checkDelay(
			'dispatch_delay',
			(delay) => `Requests were sent up to ${delay} later than planned`,
			input,
		),
		checkElu(input),
		checkGc(input),
		checkSteal(input),
		checkPlan(input),
	];
	const worst = Math.max(...checks.map(({ status }) => STATUSES.indexOf(status)));
	return { status: STATUSES[worst] ?? 'INVALID', checks };
}

/** Returns `VALID` up to the first limit and `DEGRADED` up to the second. */
function grade(value: number, validUpTo: number, degradedUpTo: number): VerdictStatus {
	if (value <= validUpTo) return 'VALID';
	return value <= degradedUpTo ? 'DEGRADED' : 'INVALID';
}

function checkDelay(
	name: 'client_error' | 'dispatch_delay',
	describe: (delay: string) => string,
	{ distributions, plan }: SelfCheckInput,
): Check {
	if (plan.engine === 'autocannon') {
		return { name, status: 'DEGRADED', message: 'autocannon does not measure its own delays' };
	}
	const { percentiles, max, count } = distributions[name];
	const reference = plan.mode === 'streaming' ? 'ttft' : 'e2e';
	const median = distributions[reference].percentiles.p50?.value ?? distributions[reference].mean;
	const percentile = CHECKED_PERCENTILES.find((candidate) => percentiles[candidate] !== null);
	const delay = percentile === undefined ? max : (percentiles[percentile]?.value ?? null);
	if (delay === null || count === 0) {
		return { name, status: 'VALID', message: 'There is no measured time that could be wrong' };
	}
	const message = describe(`${delay.toFixed(3)} ms (${percentile ?? 'maximum'})`);
	if (delay <= NEGLIGIBLE_MS) return { name, status: 'VALID', message };
	if (median === null) return { name, status: 'DEGRADED', message };
	const share = delay / median;
	const status = grade(share, 0.05, 0.2);
	return {
		name,
		// The maximum of a few samples does not describe the others well enough to reject the run.
		status: percentile === undefined && status === 'INVALID' ? 'DEGRADED' : status,
		message: `${message}: ${percent(share)} of the ${reference} p50 (limits 5 % and 20 %)`,
	};
}

function checkElu({ elu }: SelfCheckInput): Check {
	const status = grade(elu, 0.6, 0.85);
	const advice = status === 'VALID' ? '' : '. Use more --workers to distribute the load';
	return {
		name: 'elu',
		status,
		message: `The busiest measuring thread was busy ${percent(elu)} of the time (limits 60 % and 85 %)${advice}`,
	};
}

function checkGc({ gc }: SelfCheckInput): Check {
	return {
		name: 'gc',
		status: grade(gc.share, 0.05, 0.2),
		message: `Garbage collection took ${percent(gc.share)} of the time of a measuring thread (limits 5 % and 20 %). The longest pause was ${gc.longestMs.toFixed(1)} ms`,
	};
}

function checkSteal({ steal }: SelfCheckInput): Check {
	const name = 'steal';
	if (steal === null) {
		return { name, status: 'VALID', message: 'This operating system does not report CPU steal' };
	}
	return {
		name,
		status: grade(steal, 0.05, 0.15),
		message: `The host gave ${percent(steal)} of the CPU time to other machines (limits 5 % and 15 %)`,
	};
}

function checkPlan({ plan, sent, due, isInterrupted, outcomeDetails }: SelfCheckInput): Check {
	const name = 'plan';
	const localError = outcomeDetails.find(
		({ code }) => code !== null && LOCAL_ERROR_CODES.has(code),
	);
	if (localError !== undefined) {
		const { count, code } = localError;
		return {
			name,
			status: 'INVALID',
			message: `${count} requests failed with ${code} because this machine has no free sockets or file descriptors (see ulimit -n)`,
		};
	}
	if (isInterrupted) {
		return { name, status: 'DEGRADED', message: 'The run was interrupted before its end' };
	}
	const share = due === 0 ? 1 : sent / due;
	return {
		name,
		status: grade(1 - share, 0.01, 0.05),
		message:
			plan.load.model === 'closed'
				? `${sent} requests were sent`
				: `${sent} of ${due} planned requests were sent`,
	};
}

function percent(share: number): string {
	return `${(share * 100).toFixed(1)} %`;
}

/** The machine's CPU time since boot, in ticks. */
export interface CpuTime {
	total: number;
	/** CPU time that the host of this virtual machine gave to other machines. */
	stolen: number;
}

/** Reads the CPU time from /proc/stat. Returns `undefined` on systems without that file. */
export function readCpuTime(): CpuTime | undefined {
	let text: string;
	try {
		text = readFileSync('/proc/stat', 'utf8');
	} catch {
		return undefined;
	}
	// The columns are user nice system idle iowait irq softirq steal. Later ones are part of user and nice.
	const [line = ''] = text.split('\n');
	const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
	return { total: ticks.reduce((sum, tick) => sum + tick, 0), stolen: ticks[7] ?? 0 };
}

/** Returns the share of stolen CPU time between two readings, 0 to 1. `null` if it is unknown. */
export function stealBetween(
	before: CpuTime | undefined,
	after: CpuTime | undefined,
): number | null {
	if (before === undefined || after === undefined) return null;
	const total = after.total - before.total;
	return total <= 0 ? 0 : (after.stolen - before.stolen) / total;
}
