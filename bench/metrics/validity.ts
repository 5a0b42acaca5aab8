import type { Check, Distribution, OutcomeDetail, Plan, Verdict, VerdictStatus } from '../result';

/** What the measuring itself is judged by. */
export interface Conduct {
	plan: Plan;
	distributions: {
		ttft: Distribution;
		e2e: Distribution;
		client_error: Distribution;
		dispatch_delay: Distribution;
	};
	/** Share of the run that the busiest measuring thread was busy. */
	elu: number;
	/** Share of the run that the worst measuring thread spent collecting garbage, and its longest pause in ms. */
	gc: { share: number; longestMs: number };
	/** Share of the machine's CPU time that its host gave to others; `null` where the system does not tell. */
	steal: number | null;
	/** Requests of the schedule that were sent, of those due. */
	sent: number;
	due: number;
	interrupted: boolean;
	details: readonly OutcomeDetail[];
}

/** Below this, in ms, an error is none that a user could notice. */
const NEGLIGIBLE_MS = 1;
/** Failures of the measuring machine, not of the server. */
const OWN_FAULTS = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);
/** Of the client's own errors the highest that there are the samples for. */
const RANKS = ['p99', 'p95', 'p90'] as const;
const ORDER: readonly VerdictStatus[] = ['VALID', 'DEGRADED', 'INVALID'];

/** How far the run can be trusted (method, section 3). */
export function verdictOf(conduct: Conduct): Verdict {
	const checks = [
		checkTime('client_error', 'first tokens may have come earlier than measured by', conduct),
		checkTime('dispatch_delay', 'requests left later than planned by', conduct),
		checkElu(conduct),
		checkGc(conduct),
		checkSteal(conduct),
		checkPlan(conduct),
	];
	const worst = Math.max(...checks.map(({ status }) => ORDER.indexOf(status)));
	return { status: ORDER[worst] ?? 'INVALID', checks };
}

/** `VALID` up to the first limit, `DEGRADED` up to the second. */
function grade(value: number, fine: number, bearable: number): VerdictStatus {
	if (value <= fine) return 'VALID';
	return value <= bearable ? 'DEGRADED' : 'INVALID';
}

function checkTime(
	name: 'client_error' | 'dispatch_delay',
	what: string,
	{ distributions, plan }: Conduct,
): Check {
	if (plan.engine === 'autocannon') {
		return { name, status: 'DEGRADED', message: 'autocannon tells nothing of its own lateness' };
	}
	const { percentiles, max, count } = distributions[name];
	const of = plan.mode === 'streaming' ? 'ttft' : 'e2e';
	const middle = distributions[of].percentiles.p50?.value ?? distributions[of].mean;
	const rank = RANKS.find((candidate) => percentiles[candidate] !== null);
	const error = rank === undefined ? max : (percentiles[rank]?.value ?? null);
	if (error === null || count === 0) {
		return { name, status: 'VALID', message: 'nothing was measured that could be wrong' };
	}
	const said = `${what} ${rank ?? 'at most'} ${error.toFixed(3)} ms`;
	if (error <= NEGLIGIBLE_MS) return { name, status: 'VALID', message: said };
	if (middle === null) return { name, status: 'DEGRADED', message: said };
	const share = error / middle;
	const status = grade(share, 0.05, 0.2);
	return {
		name,
		// The worst of a few says little of the others.
		status: rank === undefined && status === 'INVALID' ? 'DEGRADED' : status,
		message: `${said}: ${percent(share)} of the ${of} p50 (limits 5 % and 20 %)`,
	};
}

function checkElu({ elu }: Conduct): Check {
	const status = grade(elu, 0.6, 0.85);
	const advice = status === 'VALID' ? '' : ': more --workers would spread it';
	return {
		name: 'elu',
		status,
		message: `the busiest measuring thread was busy ${percent(elu)} of the time (limits 60 % and 85 %)${advice}`,
	};
}

function checkGc({ gc }: Conduct): Check {
	return {
		name: 'gc',
		status: grade(gc.share, 0.05, 0.2),
		message: `garbage collection took ${percent(gc.share)} of a measuring thread's time (limits 5 % and 20 %), at most ${gc.longestMs.toFixed(1)} ms at once`,
	};
}

function checkSteal({ steal }: Conduct): Check {
	const name = 'steal';
	if (steal === null) {
		return { name, status: 'VALID', message: 'this system does not tell what its host took' };
	}
	return {
		name,
		status: grade(steal, 0.05, 0.15),
		message: `the machine's host gave ${percent(steal)} of its CPU time to others (limits 5 % and 15 %)`,
	};
}

function checkPlan({ plan, sent, due, interrupted, details }: Conduct): Check {
	const name = 'plan';
	const own = details.find(({ code }) => code !== null && OWN_FAULTS.has(code));
	if (own !== undefined) {
		return {
			name,
			status: 'INVALID',
			message: `${own.count} requests failed on this machine's side with ${own.code}: it is out of sockets or files (ulimit -n)`,
		};
	}
	if (interrupted) {
		return { name, status: 'DEGRADED', message: 'the run was interrupted before its end' };
	}
	const share = due === 0 ? 1 : sent / due;
	return {
		name,
		status: grade(1 - share, 0.01, 0.05),
		message:
			plan.load.model === 'closed'
				? `${sent} requests were sent`
				: `${sent} of the ${due} requests that were due were sent`,
	};
}

function percent(share: number): string {
	return `${(share * 100).toFixed(1)} %`;
}
