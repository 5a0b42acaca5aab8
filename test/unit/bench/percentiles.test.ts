import { arrivalPlan } from '../../../bench/load/arrivals';
import { seeded } from '../../../bench/load/arrivals';
import { boundsOf, percentilesOf } from '../../../bench/metrics/percentiles';
import { samplesNeeded } from '../../../bench/samples';

/** P(fewer than `rank` of `count` samples lie below the quantile), summed term by term from the top. */
function below(count: number, share: number, rank: number): number {
	let above = 0;
	let term = share ** count;
	for (let at = count; at >= rank; at--) {
		above += term;
		term *= (at / (count - at + 1)) * ((1 - share) / share);
	}
	return 1 - above;
}

describe('bounds of a percentile', () => {
	it.each([
		['p50', 0.5],
		['p90', 0.9],
		['p95', 0.95],
		['p99', 0.99],
		['p99.9', 0.999],
	] as const)('%s exists from as many samples on as it takes', (name, share) => {
		const needed = samplesNeeded(name);
		expect(boundsOf(needed - 1, share)).toBeUndefined();
		expect(boundsOf(needed, share)).toBeDefined();
	});

	it.each([
		[5, 0.5],
		[10, 0.5],
		[60, 0.9],
		[100, 0.95],
		[300, 0.99],
		[3_000, 0.999],
		[700, 0.5],
	])(
		'of %i samples at %d are the order statistics of the binomial distribution',
		(count, share) => {
			const { low, high } = boundsOf(count, share) ?? { low: 0, high: 0 };
			// P(the sample of rank `high` lies above the quantile) and no smaller rank does so surely.
			expect(below(count, share, high)).toBeGreaterThanOrEqual(0.95 - 1e-9);
			expect(below(count, share, high - 1)).toBeLessThan(0.95);
			if (low > 1) expect(below(count, share, low)).toBeLessThanOrEqual(0.05 + 1e-9);
			expect(below(count, share, low + 1)).toBeGreaterThan(0.05);
		},
	);

	it('hold the truth as often as they say, each', () => {
		const random = seeded(11);
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

	it('come quickly for millions of samples', () => {
		const { low, high } = boundsOf(5_000_000, 0.99) ?? { low: 0, high: 0 };
		expect(low).toBeGreaterThan(4_949_000);
		expect(high).toBeLessThan(4_951_000);
	});
});

describe('arrivals', () => {
	it('of a Poisson process are as irregular as they should be', () => {
		const plan = arrivalPlan(
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

	it('of a ramp make up the area under it', () => {
		const plan = arrivalPlan(
			{ model: 'ramp', from: 10, to: 90, arrival: 'constant' },
			{ requests: undefined, durationMs: 10_000 },
			1,
		);
		expect(plan).toHaveLength(500);
		expect(plan.filter((due) => due < 5_000)).toHaveLength(150);
		const falling = arrivalPlan(
			{ model: 'ramp', from: 90, to: 10, arrival: 'constant' },
			{ requests: undefined, durationMs: 10_000 },
			1,
		);
		expect(falling).toHaveLength(500);
	});
});
