import type { Distribution, DistributionName, OutcomeName, RequestMetricName } from '../result';
import { DISTRIBUTIONS, OUTCOMES } from '../result';
import type { TimeHistogram } from './histograms';
import { percentilesOf } from './percentiles';
import type { Row } from './requestMetrics';
import { outcomeOf, REQUEST_METRICS, rowAt } from './requestMetrics';
import type { RequestRows } from './requestTable';

/** Outcomes of requests that the client gave up. A missing time is at least the age of the request. */
const GIVEN_UP = new Set<OutcomeName>([
	'cut_by_deadline',
	'timeout_first',
	'timeout_idle',
	'timeout_total',
]);
/** Metrics that count requests which were given up, with their age. */
const CENSORED_METRICS = new Set<DistributionName>(['ttft', 'ttft_service', 'ttfvt', 'e2e']);
/** Metrics of the client itself. They count every sent request, whatever its outcome is. */
const CLIENT_METRICS = new Set<DistributionName>(['dispatch_delay', 'client_error']);

export interface Samples {
	/** In ms, sorted. */
	values: Float64Array;
	/** How many values are the age of a request that was given up. */
	censored: number;
}

/** All measured requests of a run. */
export interface MeasuredRequests {
	rows: RequestRows;
	/** Due times of the requests that were never sent, in ms since the start of the run. */
	unsent: readonly number[];
	/** Length of the run including the drain, in ms. */
	endMs: number;
	/** Gaps between deliveries, in µs. */
	gaps: TimeHistogram;
	isStreaming: boolean;
}

export function distributionsOf(
	measured: MeasuredRequests,
): Record<DistributionName, Distribution> {
	const entries = DISTRIBUTIONS.map((name) => [
		name,
		name === 'delivery_gap'
			? distributionOfGaps(measured.gaps)
			: distributionOfSamples(samplesOf(measured, name)),
	]);
	return Object.fromEntries(entries) as Record<DistributionName, Distribution>;
}

/**
 * Returns the values of one metric over all requests that count for it: completed requests and, for
 * some metrics, requests that were given up or never sent, with their age as a lower bound.
 */
export function samplesOf(measured: MeasuredRequests, name: RequestMetricName): Samples {
	const { rows, unsent, endMs, isStreaming } = measured;
	const values: number[] = [];
	const isCensored = CENSORED_METRICS.has(name) && (isStreaming || name === 'e2e');
	const ages: number[] = [];
	for (let index = 0; index < rows.length; index++) {
		const row = rowAt(rows, index);
		const outcome = outcomeOf(row);
		const isGivenUp = outcome !== undefined && GIVEN_UP.has(outcome);
		const counts = outcome === 'completed' || CLIENT_METRICS.has(name) || (isCensored && isGivenUp);
		if (!counts) continue;
		const value = REQUEST_METRICS[name](row);
		if (isGivenUp && isCensored && (name === 'e2e' || Number.isNaN(value))) ages.push(ageOf(row));
		else if (!Number.isNaN(value)) values.push(value);
	}
	if (isCensored) for (const due of unsent) ages.push(Math.max(0, endMs - due));
	return { values: Float64Array.from([...values, ...ages]).sort(), censored: ages.length };
}

/** Returns how long a request waited until it was given up, in ms. */
function ageOf(row: Row): number {
	return row('terminal') - row('planned');
}

function distributionOfSamples({ values, censored }: Samples): Distribution {
	const count = values.length;
	const percentiles = percentilesOf({ count, at: (rank) => values[rank - 1] ?? Number.NaN });
	return {
		unit: 'ms',
		count,
		censored,
		min: values[0] ?? null,
		mean: count === 0 ? null : values.reduce((sum, value) => sum + value, 0) / count,
		max: values[count - 1] ?? null,
		percentiles,
	};
}

function distributionOfGaps(gaps: TimeHistogram): Distribution {
	const { count } = gaps;
	const at = (rank: number): number => gaps.percentile((rank / count) * 100) / 1000;
	return {
		unit: 'ms',
		count,
		censored: 0,
		min: count === 0 ? null : gaps.min / 1000,
		mean: count === 0 ? null : gaps.mean / 1000,
		max: count === 0 ? null : gaps.max / 1000,
		percentiles: percentilesOf({ count, at }),
	};
}

/** Counts the requests per outcome. Requests that were never sent count as `cut_by_deadline`. */
export function countOutcomes({ rows, unsent }: MeasuredRequests): Record<OutcomeName, number> {
	const counts = Object.fromEntries(OUTCOMES.map((name) => [name, 0])) as Record<
		OutcomeName,
		number
	>;
	for (let index = 0; index < rows.length; index++) {
		const outcome = outcomeOf(rowAt(rows, index));
		if (outcome === undefined) throw new Error(`Request ${index} of the run has no outcome`);
		counts[outcome]++;
	}
	counts.cut_by_deadline += unsent.length;
	return counts;
}
