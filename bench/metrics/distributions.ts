import type { Histogram as TimeHistogram } from 'node:perf_hooks';
import type { Distribution, DistributionName, OutcomeName } from '../result';
import { DISTRIBUTIONS, OUTCOMES } from '../result';
import { METRICS, outcomeOf, rowOf } from './requestMetrics';
import type { RequestMetric, Row } from './requestMetrics';
import { percentilesOf } from './percentiles';
import type { Requests } from './requestTable';

/** Requests that were given up for their time: what they had not reached took at least their age. */
const GIVEN_UP = new Set<OutcomeName>([
	'cut_by_deadline',
	'timeout_first',
	'timeout_idle',
	'timeout_total',
]);
const CENSORED = new Set<DistributionName>(['ttft', 'ttft_service', 'ttfvt', 'e2e']);
/** What the client does itself is measured of each request that it sent, however that ended. */
const OF_ALL = new Set<DistributionName>(['dispatch_delay', 'client_error']);

export interface Samples {
	/** In ms, sorted. */
	values: Float64Array;
	censored: number;
}

/**
 * Everything that was measured of the requests. `unsent` are the due times of those that were never
 * sent, and `endMs` is when the run ended.
 */
export interface Measured {
	table: Requests;
	unsent: readonly number[];
	endMs: number;
	/** In µs. */
	gaps: TimeHistogram;
	isStreaming: boolean;
}

export function distributionsOf(measured: Measured): Record<DistributionName, Distribution> {
	const entries = DISTRIBUTIONS.map((name) => [
		name,
		name === 'delivery_gap' ? ofHistogram(measured.gaps) : describe(samplesOf(measured, name)),
	]);
	return Object.fromEntries(entries) as Record<DistributionName, Distribution>;
}

/** The samples of one metric: of requests that completed, and of those given up as far as they came. */
export function samplesOf(measured: Measured, name: RequestMetric): Samples {
	const { table, unsent, endMs, isStreaming } = measured;
	const values: number[] = [];
	const isCensored = CENSORED.has(name) && (isStreaming || name === 'e2e');
	const ages: number[] = [];
	for (let index = 0; index < table.length; index++) {
		const row = rowOf(table, index);
		const outcome = outcomeOf(row);
		const isGivenUp = outcome !== undefined && GIVEN_UP.has(outcome);
		if (outcome !== 'completed' && !OF_ALL.has(name) && !(isCensored && isGivenUp)) continue;
		const value = METRICS[name](row);
		if (isGivenUp && isCensored && (name === 'e2e' || Number.isNaN(value))) ages.push(ageOf(row));
		else if (!Number.isNaN(value)) values.push(value);
	}
	if (isCensored) for (const due of unsent) ages.push(Math.max(0, endMs - due));
	return { values: Float64Array.from([...values, ...ages]).sort(), censored: ages.length };
}

function ageOf(row: Row): number {
	return row('terminal') - row('planned');
}

function describe({ values, censored }: Samples): Distribution {
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

function ofHistogram(gaps: TimeHistogram): Distribution {
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

/** How many requests ended in each way; those never sent were cut. */
export function outcomesOf({ table, unsent }: Measured): Record<OutcomeName, number> {
	const counts = Object.fromEntries(OUTCOMES.map((name) => [name, 0])) as Record<
		OutcomeName,
		number
	>;
	for (let index = 0; index < table.length; index++) {
		const outcome = outcomeOf(rowOf(table, index));
		if (outcome === undefined) throw new Error(`request ${index} of the run has no end`);
		counts[outcome]++;
	}
	counts.cut_by_deadline += unsent.length;
	return counts;
}
