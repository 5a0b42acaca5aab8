import type { RecordableHistogram } from 'node:perf_hooks';
import { createHistogram } from 'node:perf_hooks';
import type { BinnedHistogram } from '../result';

/** A histogram of times in µs, to which times can be added. */
export type TimeHistogram = RecordableHistogram;

/** Returns an empty histogram of times from 1 µs to one hour, with three significant figures. */
export function createTimeHistogram(): TimeHistogram {
	return createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
}

/** Returns the sum of the histograms of several threads. */
export function mergeTimeHistograms(histograms: readonly TimeHistogram[]): TimeHistogram {
	const sum = createTimeHistogram();
	for (const histogram of histograms) sum.add(histogram);
	return sum;
}

const BINS = 40;
const SMALLEST_EDGE_MS = 0.001;

/**
 * Returns a histogram of samples in ms, which must be sorted. The bin edges grow by a constant factor because the
 * values span several orders of magnitude.
 */
export function binSamples(values: Float64Array): BinnedHistogram {
	const edges = logarithmicEdges(values[0], values[values.length - 1]);
	const counts = new Array<number>(Math.max(0, edges.length - 1)).fill(0);
	let bin = 0;
	for (const value of values) {
		while (bin < counts.length - 1 && value >= (edges[bin + 1] as number)) bin++;
		counts[bin] = (counts[bin] ?? 0) + 1;
	}
	return { edges, counts };
}

/** Converts gaps in µs to a histogram in ms, with bin edges like those of {@link binSamples}. */
export function binGaps(gaps: TimeHistogram): BinnedHistogram {
	if (gaps.count === 0) return { edges: [], counts: [] };
	const edges = logarithmicEdges(gaps.min / 1000, gaps.max / 1000);
	const counts: number[] = [];
	let below = 0;
	for (let bin = 0; bin < edges.length - 1; bin++) {
		const isLast = bin === edges.length - 2;
		const belowEdge = isLast ? gaps.count : countBelow(gaps, (edges[bin + 1] as number) * 1000);
		counts.push(belowEdge - below);
		below = belowEdge;
	}
	return { edges, counts };
}

/**
 * Returns how many gaps are shorter than a value in µs. Node's histogram returns only percentiles, so a binary
 * search finds the last rank whose gap is shorter than the value.
 */
function countBelow(gaps: TimeHistogram, value: number): number {
	let low = 0;
	let high = gaps.count;
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (gaps.percentile((middle / gaps.count) * 100) < value) low = middle;
		else high = middle - 1;
	}
	return low;
}

function logarithmicEdges(min: number | undefined, max: number | undefined): number[] {
	if (min === undefined || max === undefined) return [];
	const low = Math.max(min, SMALLEST_EDGE_MS);
	const factor = (Math.max(max, low * 1.01) / low) ** (1 / BINS);
	const edges = Array.from({ length: BINS + 1 }, (_, index) => low * factor ** index);
	// All samples must be inside [first edge, last edge), even after rounding.
	edges[0] = Math.min(min, low);
	edges[BINS] = Math.max(max, low * 1.01) * (1 + 1e-9);
	return edges;
}
