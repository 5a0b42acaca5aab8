import type { LoadModel } from '../result';

/** Returns a generator of pseudorandom numbers in [0, 1) (mulberry32). Equal seeds give equal numbers. */
export function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

export interface ArrivalLimits {
	/** Largest number of arrivals. */
	requests: number | undefined;
	durationMs: number | undefined;
}

/**
 * Returns when each request of an open loop is due, in ms since the start of the run. The whole
 * schedule is computed before the first request is sent, so that slow answers cannot delay it. At
 * least one of the limits must be given. A ramp needs the duration.
 */
export function planArrivals(
	load: Exclude<LoadModel, { model: 'closed' }>,
	{ requests = Number.POSITIVE_INFINITY, durationMs = Number.POSITIVE_INFINITY }: ArrivalLimits,
	seed: number,
): Float64Array {
	const random = seededRandom(seed);
	// Arrivals are generated at an average rate of one per unit of time. `toMs` applies the real rate.
	const nextInterval = load.arrival === 'poisson' ? () => -Math.log(1 - random()) : () => 1;
	const toMs =
		load.model === 'open'
			? (units: number) => (units / load.rate) * 1000
			: rampTime(load.from, load.to, durationMs);
	const dueTimes: number[] = [];
	// A constant rate starts immediately. In a Poisson process, the first arrival is random too.
	let units = load.arrival === 'poisson' ? nextInterval() : 0;
	while (dueTimes.length < requests) {
		const due = toMs(units);
		if (!(due < durationMs)) break;
		dueTimes.push(due);
		units += nextInterval();
	}
	return Float64Array.from(dueTimes);
}

/**
 * Returns a function that tells at which time, in ms, a number of arrivals is reached if the rate
 * changes linearly from `from` to `to` per second.
 */
function rampTime(from: number, to: number, durationMs: number): (units: number) => number {
	const seconds = durationMs / 1000;
	const slope = (to - from) / seconds;
	if (slope === 0) return (units) => (units / from) * 1000;
	// Solves units = from·t + slope·t²/2 for t.
	return (units) => ((-from + Math.sqrt(from * from + 2 * slope * units)) / slope) * 1000;
}
