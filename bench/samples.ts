import type { PercentileName } from './result';

/** p99.9 → 0.999. */
export function quantileOf(percentile: PercentileName): number {
	return Number(percentile.slice(1)) / 100;
}

/**
 * Samples that a percentile needs for a 95 % upper bound to exist: with fewer, even the largest lies
 * below the true percentile in more than 5 % of runs (q^n > 0.05).
 */
export function samplesNeeded(percentile: PercentileName): number {
	return Math.ceil(Math.log(0.05) / Math.log(quantileOf(percentile)));
}
