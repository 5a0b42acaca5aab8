import type { BinnedHistogram, Distribution, PercentileName } from '../../../../bench/result';
import { PERCENTILES, quantileOf, samplesNeeded } from '../../../../bench/result';

/** Returns the distribution of the samples, with approximate bounds. */
export function distribution(samples: number[], censored = 0): Distribution {
	const sorted = [...samples].sort((one, other) => one - other);
	const count = sorted.length;
	const at = (rank: number): number => sorted[Math.min(count - 1, Math.max(0, Math.floor(rank)))]!;
	const percentile = (name: PercentileName): Distribution['percentiles'][PercentileName] => {
		if (count < samplesNeeded(name)) return null;
		const quantile = quantileOf(name);
		const margin = 1.96 * Math.sqrt(count * quantile * (1 - quantile));
		const rank = quantile * count;
		return { value: at(rank), low: at(rank - margin), high: at(rank + margin) };
	};
	return {
		unit: 'ms',
		count,
		censored,
		min: sorted[0] ?? null,
		mean: count === 0 ? null : sorted.reduce((sum, value) => sum + value, 0) / count,
		max: sorted.at(-1) ?? null,
		percentiles: Object.fromEntries(
			PERCENTILES.map((name) => [name, percentile(name)]),
		) as Distribution['percentiles'],
	};
}

/** Returns a histogram with bins of the given width. */
export function histogram(samples: number[], width: number): BinnedHistogram {
	const bins = Math.floor(Math.max(...samples) / width) + 1;
	const counts = new Array<number>(bins).fill(0);
	for (const sample of samples) counts[Math.floor(sample / width)]! += 1;
	return { edges: Array.from({ length: bins + 1 }, (_, index) => index * width), counts };
}

/** Returns a Park-Miller random number generator, 0 to 1. The same seed gives the same numbers. */
export function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 48_271) % 2_147_483_647;
		return state / 2_147_483_647;
	};
}

/** Returns a sample of the standard normal distribution (Box-Muller transform). */
export function normal(random: () => number): number {
	return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}
