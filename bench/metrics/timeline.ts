import type { Second } from '../result';
import type { MeasuredRequests } from './distributions';
import { outcomeOf, rowAt } from './requestMetrics';

/** What a measuring thread received in one second of the run. */
export interface SecondCounts {
	events: number;
	characters: number;
	bytes: number;
}

/** Counts received data per second of the run. */
export class SecondCounter {
	readonly seconds: SecondCounts[] = [];

	/** Returns the counts of the second that contains `timeMs` (since the start of the run). */
	at(timeMs: number): SecondCounts {
		const index = Math.max(0, Math.floor(timeMs / 1000));
		while (this.seconds.length <= index) {
			this.seconds.push({ events: 0, characters: 0, bytes: 0 });
		}
		return this.seconds[index] as SecondCounts;
	}
}

/** Returns the counts of two threads, added per second. */
export function addSecondCounts(
	a: readonly SecondCounts[],
	b: readonly SecondCounts[],
): SecondCounts[] {
	const none: SecondCounts = { events: 0, characters: 0, bytes: 0 };
	return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => {
		const { events, characters, bytes } = a[index] ?? none;
		const other = b[index] ?? none;
		return {
			events: events + other.events,
			characters: characters + other.characters,
			bytes: bytes + other.bytes,
		};
	});
}

/** A change of the number of requests in flight: a request was dispatched, or ended. */
export interface InFlightStep {
	/** ms since the start of the run. */
	at: number;
	/** Number of requests in flight from then on. */
	inFlight: number;
}

/** Returns every change of the number of requests in flight, in chronological order. */
export function inFlightSteps({ rows }: MeasuredRequests): InFlightStep[] {
	const starts: number[] = [];
	const ends: number[] = [];
	for (let index = 0; index < rows.length; index++) {
		starts.push(rows.get(index, 'dispatched'));
		ends.push(rows.get(index, 'terminal'));
	}
	const ascending = (a: number, b: number): number => a - b;
	starts.sort(ascending);
	ends.sort(ascending);
	const steps: InFlightStep[] = [];
	let inFlight = 0;
	let next = 0;
	for (const at of starts) {
		while (next < ends.length && (ends[next] as number) <= at) {
			steps.push({ at: ends[next++] as number, inFlight: --inFlight });
		}
		steps.push({ at, inFlight: ++inFlight });
	}
	for (; next < ends.length; next++) {
		steps.push({ at: ends[next] as number, inFlight: --inFlight });
	}
	return steps;
}

/** Returns the run per second, including the drain after the planned duration. */
export function timelineOf(
	measured: MeasuredRequests,
	secondCounts: readonly SecondCounts[],
): Second[] {
	const { rows, endMs } = measured;
	const count = Math.max(1, Math.ceil(endMs / 1000), secondCounts.length);
	const seconds = Array.from({ length: count }, (_, index) =>
		createSecond(index, secondCounts[index]),
	);
	const ttfts: number[][] = seconds.map(() => []);
	const indexOf = (ms: number): number => Math.min(count - 1, Math.max(0, Math.floor(ms / 1000)));
	for (let index = 0; index < rows.length; index++) {
		const row = rowAt(rows, index);
		(seconds[indexOf(row('dispatched'))] as Second).dispatched++;
		const end = seconds[indexOf(row('terminal'))] as Second;
		if (outcomeOf(row) === 'completed') end.completed++;
		else end.failed++;
		const firstToken = row('first_token');
		if (!Number.isNaN(firstToken)) {
			ttfts[indexOf(firstToken)]?.push(firstToken - row('planned'));
		}
	}
	seconds.forEach((second, index) => {
		const sorted = (ttfts[index] ?? []).sort((a, b) => a - b);
		const quantile = (share: number): number | null =>
			sorted[Math.ceil(sorted.length * share) - 1] ?? null;
		second.ttft_p50 = quantile(0.5);
		second.ttft_p95 = quantile(0.95);
		second.ttft_max = quantile(1);
	});
	setInFlight(seconds, measured);
	return seconds;
}

function createSecond(index: number, counts: SecondCounts | undefined): Second {
	const { events = 0, characters = 0, bytes = 0 } = counts ?? {};
	return {
		t: index + 1,
		dispatched: 0,
		completed: 0,
		failed: 0,
		events,
		characters,
		bytes,
		in_flight: 0,
		ttft_p50: null,
		ttft_p95: null,
		ttft_max: null,
	};
}

/** Sets `in_flight` to the number at the end of each second. */
function setInFlight(seconds: Second[], measured: MeasuredRequests): void {
	let inFlight = 0;
	let next = 0;
	const steps = inFlightSteps(measured);
	for (const second of seconds) {
		for (let step = steps[next]; step !== undefined && step.at < second.t * 1000;) {
			({ inFlight } = step);
			step = steps[++next];
		}
		second.in_flight = inFlight;
	}
}
