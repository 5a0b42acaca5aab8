import type { Histogram as TimeHistogram } from 'node:perf_hooks';
import type { Histogram, Second } from '../result';
import type { Measured } from './distributions';
import { outcomeOf, rowOf } from './requestMetrics';
import { stepsOf } from './scalars';
import type { CheckedSecond } from './seconds';

/** The run second by second, the drain after its window included. */
export function timelineOf(measured: Measured, seconds: readonly CheckedSecond[]): Second[] {
	const { table, endMs } = measured;
	const count = Math.max(1, Math.ceil(endMs / 1000), seconds.length);
	const list = Array.from({ length: count }, (_, index) => newSecond(index, seconds[index]));
	const firsts: number[][] = list.map(() => []);
	const at = (ms: number): number => Math.min(count - 1, Math.max(0, Math.floor(ms / 1000)));
	for (let index = 0; index < table.length; index++) {
		const row = rowOf(table, index);
		(list[at(row('dispatched'))] as Second).dispatched++;
		const end = list[at(row('terminal'))] as Second;
		if (outcomeOf(row) === 'completed') end.completed++;
		else end.failed++;
		const first = row('first_token');
		if (!Number.isNaN(first)) firsts[at(first)]?.push(first - row('planned'));
	}
	list.forEach((second, index) => {
		const sorted = (firsts[index] ?? []).sort((a, b) => a - b);
		const rank = (share: number): number | null =>
			sorted[Math.ceil(sorted.length * share) - 1] ?? null;
		second.ttft_p50 = rank(0.5);
		second.ttft_p95 = rank(0.95);
		second.ttft_max = rank(1);
	});
	setInFlight(list, measured);
	return list;
}

function newSecond(index: number, checked: CheckedSecond | undefined): Second {
	const { events = 0, characters = 0, bytes = 0 } = checked ?? {};
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

function setInFlight(list: Second[], measured: Measured): void {
	let inFlight = 0;
	let next = 0;
	const steps = stepsOf(measured);
	for (const second of list) {
		for (let step = steps[next]; step !== undefined && step.at < second.t * 1000;) {
			({ inFlight } = step);
			step = steps[++next];
		}
		second.in_flight = inFlight;
	}
}

const BINS = 40;

/** Counts over edges that grow by a constant factor: what is worth seeing spans several sizes. */
export function histogramOf(values: Float64Array): Histogram {
	const edges = edgesOver(values[0], values[values.length - 1]);
	const counts = new Array<number>(Math.max(0, edges.length - 1)).fill(0);
	let bin = 0;
	for (const value of values) {
		while (bin < counts.length - 1 && value >= (edges[bin + 1] as number)) bin++;
		counts[bin] = (counts[bin] ?? 0) + 1;
	}
	return { edges, counts };
}

/** The same of times in µs that were counted as they came. */
export function histogramOfGaps(gaps: TimeHistogram): Histogram {
	if (gaps.count === 0) return { edges: [], counts: [] };
	const edges = edgesOver(gaps.min / 1000, gaps.max / 1000);
	const counts: number[] = [];
	let below = 0;
	for (let bin = 0; bin < edges.length - 1; bin++) {
		const upTo =
			bin === edges.length - 2 ? gaps.count : rankBelow(gaps, (edges[bin + 1] as number) * 1000);
		counts.push(upTo - below);
		below = upTo;
	}
	return { edges, counts };
}

/** How many lie below a value: the largest rank whose sample does. */
function rankBelow(gaps: TimeHistogram, value: number): number {
	let low = 0;
	let high = gaps.count;
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (gaps.percentile((middle / gaps.count) * 100) < value) low = middle;
		else high = middle - 1;
	}
	return low;
}

function edgesOver(min: number | undefined, max: number | undefined): number[] {
	if (min === undefined || max === undefined) return [];
	const low = Math.max(min, 0.001);
	const factor = (Math.max(max, low * 1.01) / low) ** (1 / BINS);
	const edges = Array.from({ length: BINS + 1 }, (_, index) => low * factor ** index);
	// Every sample lies in [first, last): rounding must leave none outside.
	edges[0] = Math.min(min, low);
	edges[BINS] = Math.max(max, low * 1.01) * (1 + 1e-9);
	return edges;
}
