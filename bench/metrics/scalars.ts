import type { ScalarName } from '../result';
import type { Goodput } from '../thresholds/goodput';
import { isGood } from '../thresholds/goodput';
import type { Measured } from './distributions';
import { outcomeOf, rowOf, tokensOf } from './requestMetrics';
import type { CheckedSecond } from './seconds';

/** What was in flight at a time: +1 where a request was dispatched, −1 where it ended. */
export interface Step {
	/** ms from the start of the run. */
	at: number;
	inFlight: number;
}

/** How the number of requests in flight went, in the order of time. */
export function stepsOf({ table }: Measured): Step[] {
	const began: number[] = [];
	const ended: number[] = [];
	for (let index = 0; index < table.length; index++) {
		began.push(table.get(index, 'dispatched'));
		ended.push(table.get(index, 'terminal'));
	}
	const byTime = (a: number, b: number): number => a - b;
	began.sort(byTime);
	ended.sort(byTime);
	const steps: Step[] = [];
	let inFlight = 0;
	let next = 0;
	for (const at of began) {
		while (next < ended.length && (ended[next] as number) <= at) {
			steps.push({ at: ended[next++] as number, inFlight: --inFlight });
		}
		steps.push({ at, inFlight: ++inFlight });
	}
	for (; next < ended.length; next++) {
		steps.push({ at: ended[next] as number, inFlight: --inFlight });
	}
	return steps;
}

/** The numbers of the whole run. Rates are those of the window of `windowMs`, the drain after it not counted. */
export function scalarsOf(
	measured: Measured,
	windowMs: number,
	seconds: readonly CheckedSecond[],
	limits: readonly Goodput[],
): Record<ScalarName, number | null> {
	const { table, unsent } = measured;
	const rows = table.length;
	const steps = stepsOf(measured);
	let streams = 0;
	let tokens = 0;
	let stalled = 0;
	let spoken = 0;
	let inSystem = 0;
	let good = 0;
	let arrived = 0;
	for (let index = 0; index < rows; index++) {
		const row = rowOf(table, index);
		inSystem += row('terminal') - row('dispatched');
		if (row('dispatched') < windowMs) arrived++;
		if (outcomeOf(row) !== 'completed') continue;
		if (isGood(row, limits)) good++;
		if (row('last_token') > row('first_token')) {
			stalled += row('stalled');
			spoken += row('last_token') - row('first_token');
		}
		if (row('terminal') > windowMs) continue;
		streams++;
		tokens += tokensOf(row) || 0;
	}
	const perSecond = (sum: number): number | null => (windowMs > 0 ? (sum / windowMs) * 1000 : null);
	const counted = (field: keyof CheckedSecond): number =>
		seconds.reduce((sum, second, index) => sum + second[field] * shareOf(index, windowMs), 0);
	const mean = rows > 0 ? meanInFlight(steps, windowMs) : null;
	return {
		'throughput.streams': perSecond(streams),
		'throughput.events': perSecond(counted('events')),
		'throughput.characters': perSecond(counted('characters')),
		'throughput.tokens': perSecond(tokens),
		'throughput.bytes': perSecond(counted('bytes')),
		'in_flight.peak':
			rows > 0 ? steps.reduce((most, step) => Math.max(most, step.inFlight), 0) : null,
		'in_flight.mean': mean,
		'in_flight.littles_law':
			mean !== null && mean > 0 ? ((arrived / windowMs) * (inSystem / rows)) / mean : null,
		'stall.share': spoken > 0 ? (stalled / spoken) * 100 : null,
		goodput: limits.length === 0 ? null : (good / (rows + unsent.length)) * 100,
	};
}

/** How much of second `index` lies in the window. */
function shareOf(index: number, windowMs: number): number {
	return Math.min(1, Math.max(0, windowMs / 1000 - index));
}

/** Requests in flight over the window, by time. */
function meanInFlight(steps: readonly Step[], windowMs: number): number | null {
	if (!(windowMs > 0)) return null;
	let sum = 0;
	steps.forEach(({ at, inFlight }, index) => {
		const until = Math.min(windowMs, steps[index + 1]?.at ?? windowMs);
		if (until > at) sum += inFlight * (until - at);
	});
	return sum / windowMs;
}
