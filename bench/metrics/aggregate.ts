import type { BenchResult, OutcomeDetail, Plan } from '../result';
import type { GoodputLimit } from '../runConfig';
import type { MeasuredRequests } from './distributions';
import { countOutcomes, distributionsOf, samplesOf } from './distributions';
import { binSamples, binGaps, mergeTimeHistograms } from './histograms';
import { outcomeOf, rowAt } from './requestMetrics';
import type { RequestRows } from './requestTable';
import { withoutUsage } from './requestTable';
import { scalarsOf } from './scalars';
import type { SecondCounts } from './timeline';
import { addSecondCounts, timelineOf } from './timeline';
import { checkValidity } from './validity';
import type { WorkerReport } from './workerReport';

/** The raw data of a finished run. */
export interface RunData {
	requests: RequestRows;
	reports: readonly WorkerReport[];
	/** Length of the run including the drain, in ms. */
	endMs: number;
	plan: Omit<Plan, 'requests'>;
	goodputLimits: readonly GoodputLimit[];
	/** Share of the CPU time that the host gave to other machines, 0 to 1. `null` if it is unknown. */
	steal: number | null;
	isInterrupted: boolean;
}

/** The part of the result that is computed from the requests and the self-checks. */
export type Metrics = Pick<
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

/** Computes all metrics of a run from the data of its measuring threads. */
export function aggregate(data: RunData): Metrics {
	const { reports, endMs, goodputLimits } = data;
	const tokens_from = tokenSource(data.requests);
	const rows = tokens_from === 'usage' ? data.requests : withoutUsage(data.requests);
	const unsent = reports.flatMap((report) => report.unsent);
	const measured: MeasuredRequests = {
		rows,
		unsent,
		endMs,
		gaps: mergeTimeHistograms(reports.map(({ gaps }) => gaps)),
		isStreaming: data.plan.mode === 'streaming',
	};
	const seconds = reports.reduce<SecondCounts[]>(
		(sum, report) => addSecondCounts(sum, report.countsPerSecond),
		[],
	);
	const plan: Plan = { ...data.plan, requests: rows.length + unsent.length };
	const distributions = distributionsOf(measured);
	const outcomeDetails = mergeDetails(reports.flatMap((report) => report.outcomeDetails));
	const windowMs = Math.min(plan.duration_ms ?? endMs, endMs);
	return {
		plan,
		verdict: checkValidity({
			plan,
			distributions,
			elu: Math.max(...reports.map(({ elu }) => elu)),
			gc: {
				share: Math.max(...reports.map(({ gc }) => gc.totalMs)) / endMs,
				longestMs: Math.max(...reports.map(({ gc }) => gc.longestMs)),
			},
			steal: data.steal,
			sent: rows.length,
			due: plan.requests,
			isInterrupted: data.isInterrupted,
			outcomeDetails,
		}),
		outcomes: countOutcomes(measured),
		outcome_details: outcomeDetails,
		tokens_from,
		distributions,
		scalars: scalarsOf({ measured, windowMs, seconds, goodputLimits }),
		seconds: timelineOf(measured, seconds),
		histograms: {
			ttft: binSamples(samplesOf(measured, 'ttft').values),
			delivery_gap: binGaps(measured.gaps),
		},
		slowest: reports
			.map(({ slowest }) => slowest)
			.reduce((a, b) => ((b?.ttft ?? -1) > (a?.ttft ?? -1) ? b : a), null),
	};
}

/** Adds the counts of equal failures. Returns the most frequent failure first. */
function mergeDetails(details: readonly OutcomeDetail[]): OutcomeDetail[] {
	const merged = new Map<string, OutcomeDetail>();
	for (const detail of details) {
		const { outcome, status, code, count } = detail;
		const key = JSON.stringify([outcome, status, code]);
		const known = merged.get(key);
		if (known === undefined) merged.set(key, { ...detail });
		else known.count += count;
	}
	return [...merged.values()].sort((a, b) => b.count - a.count);
}

/**
 * Dify's token counts are used only if every completed request has one. A mix of token counts and
 * text events would not be comparable.
 */
function tokenSource(rows: RequestRows): BenchResult['tokens_from'] {
	for (let index = 0; index < rows.length; index++) {
		const row = rowAt(rows, index);
		if (outcomeOf(row) === 'completed' && !(row('completion_tokens') > 0)) return 'text_events';
	}
	return 'usage';
}
