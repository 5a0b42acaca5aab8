import type { Percentile, PercentileName } from '../result';
import { PERCENTILES, quantileOf } from '../result';

/** Confidence of each bound. */
const CONFIDENCE = 0.95;
/** Terms of the binomial sum below this are too small to change it. */
const NEGLIGIBLE_PROBABILITY = 1e-18;

/** Samples that can be read by rank. */
export interface RankedSamples {
	count: number;
	/** Returns the sample of a rank from 1 (smallest) to `count` (largest). */
	at(rank: number): number;
}

/**
 * Returns the percentiles of the samples with their lower and upper bounds. The bounds are order
 * statistics with 95 % confidence each. They are valid for any distribution, but they assume that the
 * samples are independent. A percentile is `null` if it has too few samples for an upper bound: p50
 * needs 5, p90 29, p95 59, p99 299, p99.9 2,995.
 */
export function percentilesOf(samples: RankedSamples): Record<PercentileName, Percentile | null> {
	const entries = PERCENTILES.map((name) => [name, percentileOf(samples, quantileOf(name))]);
	return Object.fromEntries(entries) as Record<PercentileName, Percentile | null>;
}

function percentileOf({ count, at }: RankedSamples, quantile: number): Percentile | null {
	const ranks = boundRanks(count, quantile);
	if (ranks === undefined) return null;
	// A rounding error can put count × quantile just above an integer. The tolerance keeps that rank.
	const rank = Math.max(1, Math.ceil(count * quantile - 1e-9));
	return { value: at(rank), low: at(ranks.low), high: at(ranks.high) };
}

/**
 * Returns the ranks of the samples that bound a quantile. The number of samples below the quantile
 * has a binomial distribution. Returns `undefined` if not even the largest sample is an upper bound.
 */
export function boundRanks(
	count: number,
	quantile: number,
): { low: number; high: number } | undefined {
	if (count === 0 || quantile ** count > 1 - CONFIDENCE) return undefined;
	const middle = Math.floor(count * quantile);
	let probability = Math.exp(logBinomial(count, middle, quantile));
	// The sums start at the middle of the binomial distribution because terms far away are negligible.
	let below = 0;
	for (let rank = middle, term = probability; rank >= 0 && term > NEGLIGIBLE_PROBABILITY; rank--) {
		below += term;
		term *= (rank / (count - rank + 1)) * ((1 - quantile) / quantile);
	}
	const odds = quantile / (1 - quantile);
	let high = middle + 1;
	let sum = below;
	for (let term = probability; sum < CONFIDENCE && high < count; high++) {
		term *= ((count - high + 1) / high) * odds;
		sum += term;
	}
	let low = middle + 1;
	sum = below;
	// `sum` is the probability that fewer than `low` samples are below the quantile.
	while (low > 1 && sum > 1 - CONFIDENCE) {
		low--;
		sum -= probability;
		probability *= low / (count - low + 1) / odds;
	}
	return { low, high };
}

/** Returns the natural logarithm of the binomial probability of `successes` in `count` trials. */
function logBinomial(count: number, successes: number, probability: number): number {
	return (
		logFactorial(count) -
		logFactorial(successes) -
		logFactorial(count - successes) +
		successes * Math.log(probability) +
		(count - successes) * Math.log1p(-probability)
	);
}

/** Returns ln(n!): exact for small n, by Stirling's series for the others. */
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
