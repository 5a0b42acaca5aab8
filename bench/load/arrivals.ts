import type { LoadModel } from '../result';

/** A source of numbers in [0, 1) that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

export interface ArrivalLimits {
	/** Most arrivals. */
	requests: number | undefined;
	/** Length of the plan in ms. */
	durationMs: number | undefined;
}

/**
 * When each request is due, in ms from the start of the run: the whole plan of an open loop, made
 * before the first is sent. At least one of the limits is given; a ramp needs the duration.
 */
export function arrivalPlan(
	load: Exclude<LoadModel, { model: 'closed' }>,
	{ requests = Number.POSITIVE_INFINITY, durationMs = Number.POSITIVE_INFINITY }: ArrivalLimits,
	seed: number,
): Float64Array {
	const random = seeded(seed);
	// Time is stretched so that arrivals come once a unit; the stretching is undone by `at`.
	const step = load.arrival === 'poisson' ? () => -Math.log(1 - random()) : () => 1;
	const at =
		load.model === 'open'
			? (units: number) => (units / load.rate) * 1000
			: rampTime(load.from, load.to, durationMs);
	const plan: number[] = [];
	// A constant rate begins at once; the first of a Poisson process waits like the others.
	let units = load.arrival === 'poisson' ? step() : 0;
	while (plan.length < requests) {
		const due = at(units);
		if (!(due < durationMs)) break;
		plan.push(due);
		units += step();
	}
	return Float64Array.from(plan);
}

/** When `units` arrivals are due at a rate that goes evenly from `from` to `to` a second. */
function rampTime(from: number, to: number, durationMs: number): (units: number) => number {
	const seconds = durationMs / 1000;
	const slope = (to - from) / seconds;
	if (slope === 0) return (units) => (units / from) * 1000;
	// units = from·t + slope·t²/2
	return (units) => ((-from + Math.sqrt(from * from + 2 * slope * units)) / slope) * 1000;
}
