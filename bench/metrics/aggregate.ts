import type { Goodput } from '../thresholds/goodput';
import type { WorkerReport } from '../load/workerProtocol';
import type { BenchResult, OutcomeDetail, Plan } from '../result';
import type { Requests } from './requestTable';
import { withoutUsage } from './requestTable';
import type { Measured } from './distributions';
import { distributionsOf, outcomesOf, samplesOf } from './distributions';
import { outcomeOf, rowOf } from './requestMetrics';
import { scalarsOf } from './scalars';
import type { CheckedSecond } from './seconds';
import { addSeconds } from './seconds';
import { joinTimes } from './histograms';
import { histogramOf, histogramOfGaps, timelineOf } from './timeline';
import { verdictOf } from './validity';

/** What a run left behind. */
export interface Harvest {
	requests: Requests;
	reports: readonly WorkerReport[];
	/** Length of the run in ms, the drain included. */
	endMs: number;
	plan: Omit<Plan, 'requests'>;
	goodput: readonly Goodput[];
	/** Share of CPU time that the machine's host took away. */
	steal: number | null;
	interrupted: boolean;
}

export type Findings = Pick<
	BenchResult,
	| 'plan'
	| 'verdict'
	| 'outcomes'
	| 'outcome_details'
	| 'tokens_from'
	| 'distributions'
	| 'scalars'
	| 'seconds'
	| 'histograms'
	| 'slowest'
>;

/** Everything that a result says of the requests and of the measuring. */
export function assemble(harvest: Harvest): Findings {
	const { reports, endMs, goodput } = harvest;
	const tokens_from = tokensFrom(harvest.requests);
	const requests = tokens_from === 'usage' ? harvest.requests : withoutUsage(harvest.requests);
	const unsent = reports.flatMap((report) => report.unsent);
	const measured: Measured = {
		table: requests,
		unsent,
		endMs,
		gaps: joinTimes(reports.map(({ gaps }) => gaps)),
		isStreaming: harvest.plan.mode === 'streaming',
	};
	const checked = reports.reduce<CheckedSecond[]>(
		(sum, { seconds }) => addSeconds(sum, seconds),
		[],
	);
	const plan: Plan = { ...harvest.plan, requests: requests.length + unsent.length };
	const distributions = distributionsOf(measured);
	const details = joinDetails(reports.flatMap((report) => report.details));
	const windowMs = Math.min(plan.duration_ms ?? endMs, endMs);
	return {
		plan,
		verdict: verdictOf({
			plan,
			distributions,
			elu: Math.max(...reports.map(({ elu }) => elu)),
			gc: {
				share: Math.max(...reports.map(({ gc }) => gc.totalMs)) / endMs,
				longestMs: Math.max(...reports.map(({ gc }) => gc.longestMs)),
			},
			steal: harvest.steal,
			sent: requests.length,
			due: plan.requests,
			interrupted: harvest.interrupted,
			details,
		}),
		outcomes: outcomesOf(measured),
		outcome_details: details,
		tokens_from,
		distributions,
		scalars: scalarsOf(measured, windowMs, checked, goodput),
		seconds: timelineOf(measured, checked),
		histograms: {
			ttft: histogramOf(samplesOf(measured, 'ttft').values),
			delivery_gap: histogramOfGaps(measured.gaps),
		},
		slowest: reports
			.map(({ slowest }) => slowest)
			.reduce((a, b) => ((b?.ttft ?? -1) > (a?.ttft ?? -1) ? b : a), null),
	};
}

function joinDetails(details: readonly OutcomeDetail[]): OutcomeDetail[] {
	const joined = new Map<string, OutcomeDetail>();
	for (const detail of details) {
		const { outcome, status, code, count } = detail;
		const key = JSON.stringify([outcome, status, code]);
		const known = joined.get(key);
		if (known === undefined) joined.set(key, { ...detail });
		else known.count += count;
	}
	return [...joined.values()].sort((a, b) => b.count - a.count);
}

/** Dify's counts are used only where each completed request has one: a mix would mean nothing. */
function tokensFrom(requests: Requests): BenchResult['tokens_from'] {
	for (let index = 0; index < requests.length; index++) {
		const row = rowOf(requests, index);
		if (outcomeOf(row) === 'completed' && !(row('completion_tokens') > 0)) return 'text_events';
	}
	return 'usage';
}
