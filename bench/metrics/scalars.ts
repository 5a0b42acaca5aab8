import type { ScalarName } from '../result';
import type { GoodputLimit } from '../runConfig';
import type { MeasuredRequests } from './distributions';
import { meetsGoodputLimits, outcomeOf, rowAt, tokenCount } from './requestMetrics';
import type { InFlightStep, SecondCounts } from './timeline';
import { inFlightSteps } from './timeline';

export interface ScalarInput {
	measured: MeasuredRequests;
	/** Time in which requests are started, in ms. Rates exclude the drain after it. */
	windowMs: number;
	seconds: readonly SecondCounts[];
	goodputLimits: readonly GoodputLimit[];
}

/** Returns the metrics that have a single value for the whole run. */
export function scalarsOf({
	measured,
	windowMs,
	seconds,
	goodputLimits,
}: ScalarInput): Record<ScalarName, number | null> {
	const { rows, unsent } = measured;
	const steps = inFlightSteps(measured);
	let streams = 0;
	let tokens = 0;
	let stalledMs = 0;
	let answerMs = 0;
	let inFlightMs = 0;
	let goodRequests = 0;
	let arrivals = 0;
	for (let index = 0; index < rows.length; index++) {
		const row = rowAt(rows, index);
		inFlightMs += row('terminal') - row('dispatched');
		if (row('dispatched') < windowMs) arrivals++;
		if (outcomeOf(row) !== 'completed') continue;
		if (meetsGoodputLimits(row, goodputLimits)) goodRequests++;
		if (row('last_token') > row('first_token')) {
			stalledMs += row('stalled');
			answerMs += row('last_token') - row('first_token');
		}
		if (row('terminal') > windowMs) continue;
		streams++;
		tokens += tokenCount(row) || 0;
	}
	const perSecond = (sum: number): number | null => (windowMs > 0 ? (sum / windowMs) * 1000 : null);
	const sumInWindow = (field: keyof SecondCounts): number =>
		seconds.reduce((sum, second, index) => sum + second[field] * shareInWindow(index, windowMs), 0);
	const mean = rows.length > 0 ? meanInFlight(steps, windowMs) : null;
	const meanFlightMs = inFlightMs / rows.length;
	return {
		'throughput.streams': perSecond(streams),
		'throughput.events': perSecond(sumInWindow('events')),
		'throughput.characters': perSecond(sumInWindow('characters')),
		'throughput.tokens': perSecond(tokens),
		'throughput.bytes': perSecond(sumInWindow('bytes')),
		'in_flight.peak':
			rows.length > 0 ? steps.reduce((most, step) => Math.max(most, step.inFlight), 0) : null,
		'in_flight.mean': mean,
		'in_flight.littles_law':
			mean !== null && mean > 0 ? ((arrivals / windowMs) * meanFlightMs) / mean : null,
		'stall.share': answerMs > 0 ? (stalledMs / answerMs) * 100 : null,
		goodput:
			goodputLimits.length === 0 ? null : (goodRequests / (rows.length + unsent.length)) * 100,
	};
}

/** Returns which share of second `index` is inside the window, 0 to 1. */
function shareInWindow(index: number, windowMs: number): number {
	return Math.min(1, Math.max(0, windowMs / 1000 - index));
}

/** Returns the time-weighted mean of the requests in flight over the window. */
function meanInFlight(steps: readonly InFlightStep[], windowMs: number): number | null {
	if (!(windowMs > 0)) return null;
	let sum = 0;
	steps.forEach(({ at, inFlight }, index) => {
		const until = Math.min(windowMs, steps[index + 1]?.at ?? windowMs);
		if (until > at) sum += inFlight * (until - at);
	});
	return sum / windowMs;
}
