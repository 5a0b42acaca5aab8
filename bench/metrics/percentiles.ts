import type { Percentile, PercentileName } from '../result';
import { PERCENTILES } from '../result';
import { quantileOf } from '../samples';

/** How sure a bound is. */
const CONFIDENCE = 0.95;

/** Sorted samples, or whatever else can tell the one of a rank. */
export interface Ranked {
	count: number;
	/** The sample of a rank from 1 to `count`. */
	at(rank: number): number;
}

/**
 * The percentiles of samples, each with the order statistics that bound it from below and from above
 * with 95 % confidence each: no assumption about their distribution, but that they are independent.
 * Without the samples for an upper bound (p50 5, p90 29, p95 59, p99 299, p99.9 2,995) there is none.
 */
export function percentilesOf(samples: Ranked): Record<PercentileName, Percentile | null> {
	const entries = PERCENTILES.map((name) => [name, percentile(samples, quantileOf(name))]);
	return Object.fromEntries(entries) as Record<PercentileName, Percentile | null>;
}

function percentile({ count, at }: Ranked, share: number): Percentile | null {
	const ranks = boundsOf(count, share);
	if (ranks === undefined) return null;
	const rank = Math.max(1, Math.ceil(count * share - 1e-9));
	return { value: at(rank), low: at(ranks.low), high: at(ranks.high) };
}

/**
 * Ranks that bound the quantile `share` of `count` samples: the number of samples below the quantile
 * is binomial. `undefined` when even the largest sample is no upper bound.
 */
export function boundsOf(count: number, share: number): { low: number; high: number } | undefined {
	if (count === 0 || share ** count > 1 - CONFIDENCE) return undefined;
	const middle = Math.floor(count * share);
	let density = Math.exp(logBinomial(count, middle, share));
	// Sums of the binomial distribution outwards from its middle; far terms add nothing.
	let below = 0;
	for (let at = middle, term = density; at >= 0 && term > 1e-18; at--) {
		below += term;
		term *= (at / (count - at + 1)) * ((1 - share) / share);
	}
	const odds = share / (1 - share);
	let high = middle + 1;
	let sum = below;
	for (let term = density; sum < CONFIDENCE && high < count; high++) {
		term *= ((count - high + 1) / high) * odds;
		sum += term;
	}
	let low = middle + 1;
	sum = below;
	// `sum` is P(fewer than `low` samples lie below the quantile).
	while (low > 1 && sum > 1 - CONFIDENCE) {
		low--;
		sum -= density;
		density *= low / (count - low + 1) / odds;
	}
	return { low, high };
}

/** ln of the binomial probability of `at` among `count`. */
function logBinomial(count: number, at: number, share: number): number {
	return (
		logFactorial(count) -
		logFactorial(at) -
		logFactorial(count - at) +
		at * Math.log(share) +
		(count - at) * Math.log1p(-share)
	);
}

/** ln n!, by Stirling's series; exact sums where that is too coarse. */
function logFactorial(n: number): number {
	if (n < 16) {
		let sum = 0;
		for (let factor = 2; factor <= n; factor++) sum += Math.log(factor);
		return sum;
	}
	const x = n + 1;
	return (
		(x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3)
	);
}
