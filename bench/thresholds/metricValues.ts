import type { BenchResult, DistributionName, OutcomeName, ScalarName } from '../result';
import {
	DISTRIBUTIONS,
	OUTCOMES,
	PERCENTILES,
	quantileOf,
	samplesNeeded,
	SCALARS,
} from '../result';

export const STATISTICS = [...PERCENTILES, 'mean', 'min', 'max'] as const;
type Statistic = (typeof STATISTICS)[number];

/** A value of the result that an assertion can use. */
export type AssertableMetric =
	| { kind: 'distribution'; name: DistributionName; statistic: Statistic }
	| { kind: 'scalar'; name: ScalarName }
	| { kind: 'outcome'; name: OutcomeName };

const SCALAR_NAMES = Object.keys(SCALARS) as ScalarName[];

/** All metrics that an assertion can use, by their spelling: `ttft.p99.9`, `goodput`, `outcome.completed`. */
export const ASSERTABLE_METRICS: ReadonlyMap<string, AssertableMetric> = new Map<
	string,
	AssertableMetric
>([
	...DISTRIBUTIONS.flatMap((name) =>
		STATISTICS.map((statistic): [string, AssertableMetric] => [
			`${name}.${statistic}`,
			{ kind: 'distribution', name, statistic },
		]),
	),
	...SCALAR_NAMES.map((name): [string, AssertableMetric] => [name, { kind: 'scalar', name }]),
	...OUTCOMES.map((name): [string, AssertableMetric] => [
		`outcome.${name}`,
		{ kind: 'outcome', name },
	]),
]);

/** The names of the metrics without the statistics, for lists in messages and documentation. */
export const METRIC_NAMES: readonly string[] = [
	...DISTRIBUTIONS,
	...SCALAR_NAMES,
	...OUTCOMES.map((name) => `outcome.${name}`),
];

/** The part of a result that contains the metrics. */
export type MetricValues = Pick<BenchResult, 'distributions' | 'scalars' | 'outcomes'>;

/** The value of a metric in a result. */
export interface MetricValue {
	actual: number | null;
	/** Why there is no value. */
	reason: string | null;
	/** Whether there are samples, but too few for this percentile. */
	lacksSamples: boolean;
	/** Whether the true value may be higher, because requests were still waiting when the run ended. */
	isLowerBound: boolean;
}

/** @param isShare whether to return an outcome in % of the planned requests instead of as a count */
export function readMetric(
	metric: AssertableMetric,
	isShare: boolean,
	result: MetricValues,
): MetricValue {
	switch (metric.kind) {
		case 'distribution':
			return readDistribution(metric.name, metric.statistic, result);
		case 'scalar':
			return toMetricValue(result.scalars[metric.name], `${metric.name} was not measured`);
		case 'outcome': {
			const count = result.outcomes[metric.name];
			if (!isShare) return toMetricValue(count, '');
			const planned = Object.values(result.outcomes).reduce((sum, each) => sum + each, 0);
			const percent = planned === 0 ? null : (count * 100) / planned;
			return toMetricValue(percent, 'no request was planned');
		}
	}
}

function readDistribution(
	name: DistributionName,
	statistic: Statistic,
	result: MetricValues,
): MetricValue {
	const { count, censored, percentiles, ...statistics } = result.distributions[name];
	if (count === 0) {
		return toMetricValue(null, `${name} was not measured: no request has a value for it`);
	}
	if (statistic === 'mean' || statistic === 'min' || statistic === 'max') {
		return toMetricValue(statistics[statistic], `${name} has no ${statistic}`);
	}
	const percentile = percentiles[statistic];
	if (percentile === null) {
		const needed = samplesNeeded(statistic).toLocaleString('en-US');
		const reason = `${statistic} needs ${needed} samples, ${name} has ${count.toLocaleString('en-US')}: send more requests`;
		return { actual: null, reason, lacksSamples: true, isLowerBound: false };
	}
	const isLowerBound = censored / count > 1 - quantileOf(statistic);
	return { actual: percentile.value, reason: null, lacksSamples: false, isLowerBound };
}

function toMetricValue(actual: number | null, reasonIfMissing: string): MetricValue {
	const reason = actual === null ? reasonIfMissing : null;
	return { actual, reason, lacksSamples: false, isLowerBound: false };
}
