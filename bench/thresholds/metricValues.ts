import type { BenchResult, DistributionName, OutcomeName, ScalarName } from '../result';
import { DISTRIBUTIONS, OUTCOMES, PERCENTILES, SCALARS } from '../result';
import { quantileOf, samplesNeeded } from '../samples';
import { number } from '../reports/format';

export const STATISTICS = [...PERCENTILES, 'mean', 'min', 'max'] as const;
type Statistic = (typeof STATISTICS)[number];

export type Metric =
	| { kind: 'distribution'; name: DistributionName; statistic: Statistic }
	| { kind: 'scalar'; name: ScalarName }
	| { kind: 'outcome'; name: OutcomeName };

const SCALAR_NAMES = Object.keys(SCALARS) as ScalarName[];

/** All that an assertion can name, by how it is written: `ttft.p99.9`, `goodput`, `outcome.completed`. */
export const METRICS: ReadonlyMap<string, Metric> = new Map<string, Metric>([
	...DISTRIBUTIONS.flatMap((name) =>
		STATISTICS.map((statistic): [string, Metric] => [
			`${name}.${statistic}`,
			{ kind: 'distribution', name, statistic },
		]),
	),
	...SCALAR_NAMES.map((name): [string, Metric] => [name, { kind: 'scalar', name }]),
	...OUTCOMES.map((name): [string, Metric] => [`outcome.${name}`, { kind: 'outcome', name }]),
]);

/** The same without the statistics, for a list that a person reads. */
export const METRIC_NAMES: readonly string[] = [
	...DISTRIBUTIONS,
	...SCALAR_NAMES,
	...OUTCOMES.map((name) => `outcome.${name}`),
];

export type Measured = Pick<BenchResult, 'distributions' | 'scalars' | 'outcomes'>;

/** A metric's number in a result. */
export interface Reading {
	actual: number | null;
	/** Why there is none. */
	reason: string | null;
	/** Something was measured, but too little of it for this number. */
	lacksSamples: boolean;
	/** The true number may be higher: so many requests still waited when the run ended. */
	isLowerBound: boolean;
}

/** @param isShare an outcome in % of the planned requests, not as a count */
export function read(metric: Metric, isShare: boolean, result: Measured): Reading {
	switch (metric.kind) {
		case 'distribution':
			return readDistribution(metric.name, metric.statistic, result);
		case 'scalar':
			return known(result.scalars[metric.name], `${metric.name} was not measured`);
		case 'outcome': {
			const count = result.outcomes[metric.name];
			if (!isShare) return known(count, '');
			const planned = Object.values(result.outcomes).reduce((sum, each) => sum + each, 0);
			return known(planned === 0 ? null : (count * 100) / planned, 'no request was planned');
		}
	}
}

function readDistribution(name: DistributionName, statistic: Statistic, result: Measured): Reading {
	const { count, censored, percentiles, ...numbers } = result.distributions[name];
	if (count === 0) return known(null, `${name} was not measured: no request has one`);
	if (statistic === 'mean' || statistic === 'min' || statistic === 'max') {
		return known(numbers[statistic], `${name} has no ${statistic}`);
	}
	const percentile = percentiles[statistic];
	if (percentile === null) {
		const reason = `${statistic} needs ${number(samplesNeeded(statistic))} samples, ${name} has ${number(count)}: send more requests`;
		return { actual: null, reason, lacksSamples: true, isLowerBound: false };
	}
	const isLowerBound = censored / count > 1 - quantileOf(statistic);
	return { actual: percentile.value, reason: null, lacksSamples: false, isLowerBound };
}

function known(actual: number | null, whyNot: string): Reading {
	const reason = actual === null ? whyNot : null;
	return { actual, reason, lacksSamples: false, isLowerBound: false };
}
