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

/** A value up to `valid` is VALID, and above that up to `degraded` it is DEGRADED. Both are shares, 0 to 1. */
interface Limits {
	valid: number;
	degraded: number;
}

const DELAY_LIMITS: Limits = { valid: 0.05, degraded: 0.2 };
const ELU_LIMITS: Limits = { valid: 0.6, degraded: 0.85 };
const GC_LIMITS: Limits = { valid: 0.05, degraded: 0.2 };
const STEAL_LIMITS: Limits = { valid: 0.05, degraded: 0.15 };
const UNSENT_LIMITS: Limits = { valid: 0.01, degraded: 0.05 };

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
			(delay) => `The measured first tokens may be up to ${delay} late`,
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

function grade(share: number, { valid, degraded }: Limits): VerdictStatus {
	if (share <= valid) return 'VALID';
	return share <= degraded ? 'DEGRADED' : 'INVALID';
}

function describeLimits({ valid, degraded }: Limits): string {
	return `(DEGRADED above ${valid * 100} %, INVALID above ${degraded * 100} %)`;
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
	const { percentiles: referencePercentiles, mean } = distributions[reference];
	const median = referencePercentiles.p50?.value;
	const typical = median ?? mean;
	const percentile = CHECKED_PERCENTILES.find((candidate) => percentiles[candidate] !== null);
	const delay = percentile === undefined ? max : (percentiles[percentile]?.value ?? null);
	if (delay === null || count === 0) {
		return { name, status: 'VALID', message: 'There is no measured time that could be wrong' };
	}
	const message = describe(`${delay.toFixed(3)} ms (${percentile ?? 'maximum'})`);
	if (delay <= NEGLIGIBLE_MS) return { name, status: 'VALID', message };
	if (typical === null) return { name, status: 'DEGRADED', message };
	const share = delay / typical;
	const status = grade(share, DELAY_LIMITS);
	return {
		name,
		// The maximum of a few samples does not describe the others well enough to reject the run.
		status: percentile === undefined && status === 'INVALID' ? 'DEGRADED' : status,
		message: `${message}. That is ${percent(share)} of the ${median === undefined ? 'mean' : 'median'} ${reference} ${describeLimits(DELAY_LIMITS)}`,
	};
}

function checkElu({ elu }: SelfCheckInput): Check {
	const status = grade(elu, ELU_LIMITS);
	const advice = status === 'VALID' ? '' : '. Use more --workers to distribute the load';
	return {
		name: 'elu',
		status,
		message: `The busiest measuring thread was busy ${percent(elu)} of the time ${describeLimits(ELU_LIMITS)}${advice}`,
	};
}

function checkGc({ gc }: SelfCheckInput): Check {
	return {
		name: 'gc',
		status: grade(gc.share, GC_LIMITS),
		message: `Garbage collection took ${percent(gc.share)} of the time of a measuring thread ${describeLimits(GC_LIMITS)}. The longest pause was ${gc.longestMs.toFixed(1)} ms`,
	};
}

function checkSteal({ steal }: SelfCheckInput): Check {
	const name = 'steal';
	if (steal === null) {
		return { name, status: 'VALID', message: 'This operating system does not report CPU steal' };
	}
	return {
		name,
		status: grade(steal, STEAL_LIMITS),
		message: `The host gave ${percent(steal)} of the CPU time to other machines ${describeLimits(STEAL_LIMITS)}`,
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
		status: grade(1 - share, UNSENT_LIMITS),
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
