import { planArrivals, seededRandom } from '../../../bench/load/arrivals';
import { boundRanks, percentilesOf } from '../../../bench/metrics/percentiles';
import { samplesNeeded } from '../../../bench/result';

/** Returns P(fewer than `rank` of `count` samples are below the quantile), summed from the largest term. */
function probabilityBelow(count: number, share: number, rank: number): number {
	let above = 0;
	let term = share ** count;
	for (let at = count; at >= rank; at--) {
		above += term;
		term *= (at / (count - at + 1)) * ((1 - share) / share);
	}
	return 1 - above;
}

describe('percentile bounds:', () => {
	it.each([
		['p50', 0.5],
		['p90', 0.9],
		['p95', 0.95],
		['p99', 0.99],
		['p99.9', 0.999],
	] as const)('%s has bounds from samplesNeeded() samples on', (name, share) => {
		const needed = samplesNeeded(name);
		expect(boundRanks(needed - 1, share)).toBeUndefined();
		expect(boundRanks(needed, share)).toBeDefined();
	});

	it.each([
		[5, 0.5],
		[10, 0.5],
		[60, 0.9],
		[100, 0.95],
		[300, 0.99],
		[3_000, 0.999],
		[700, 0.5],
	])('for %i samples and quantile %d match the binomial distribution', (count, share) => {
		const { low, high } = boundRanks(count, share) ?? { low: 0, high: 0 };
		// `high` is the smallest rank whose sample is above the quantile with 95 % confidence.
		expect(probabilityBelow(count, share, high)).toBeGreaterThanOrEqual(0.95 - 1e-9);
		expect(probabilityBelow(count, share, high - 1)).toBeLessThan(0.95);
		if (low > 1) expect(probabilityBelow(count, share, low)).toBeLessThanOrEqual(0.05 + 1e-9);
		expect(probabilityBelow(count, share, low + 1)).toBeGreaterThan(0.05);
	});

	it('contain the true percentile with 95 % confidence each', () => {
		const random = seededRandom(11);
		let low = 0;
		let high = 0;
		for (let trial = 0; trial < 2_000; trial++) {
			const sorted = Array.from({ length: 80 }, random).sort((a, b) => a - b);
			const at = (rank: number): number => sorted[rank - 1] ?? Number.NaN;
			const { p95 } = percentilesOf({ count: 80, at });
			if ((p95?.low ?? 1) <= 0.95) low++;
			if ((p95?.high ?? 0) >= 0.95) high++;
		}
		expect(low / 2_000).toBeGreaterThan(0.94);
		expect(high / 2_000).toBeGreaterThan(0.94);
		expect(high / 2_000).toBeLessThan(1);
	});

	it('are computed quickly for millions of samples', () => {
		const { low, high } = boundRanks(5_000_000, 0.99) ?? { low: 0, high: 0 };
		expect(low).toBeGreaterThan(4_949_000);
		expect(high).toBeLessThan(4_951_000);
	});
});

describe('planArrivals:', () => {
	it('Poisson arrivals have the mean and deviation of an exponential distribution', () => {
		const plan = planArrivals(
			{ model: 'open', rate: 100, arrival: 'poisson' },
			{ requests: 20_000, durationMs: undefined },
			3,
		);
		const gaps = plan.slice(1).map((due, index) => due - (plan[index] ?? 0));
		const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
		const deviation = Math.sqrt(
			gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length,
		);
		expect(mean).toBeGreaterThan(9.7);
		expect(mean).toBeLessThan(10.3);
		expect(deviation / mean).toBeGreaterThan(0.96);
		expect(deviation / mean).toBeLessThan(1.04);
	});

	it('a ramp has as many arrivals as the area below it', () => {
		const plan = planArrivals(
			{ model: 'ramp', from: 10, to: 90, arrival: 'constant' },
			{ requests: undefined, durationMs: 10_000 },
			1,
		);
		expect(plan).toHaveLength(500);
		expect(plan.filter((due) => due < 5_000)).toHaveLength(150);
		const falling = planArrivals(
			{ model: 'ramp', from: 90, to: 10, arrival: 'constant' },
			{ requests: undefined, durationMs: 10_000 },
			1,
		);
		expect(falling).toHaveLength(500);
	});
});
