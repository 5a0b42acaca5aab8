import type { Histogram as TimeHistogram, RecordableHistogram } from 'node:perf_hooks';
import { createHistogram } from 'node:perf_hooks';
import type { Histogram } from '../result';

/** Returns an empty histogram of times in µs, from 1 µs to one hour with three significant figures. */
export function createTimeHistogram(): RecordableHistogram {
	return createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
}

/** Returns the sum of the histograms of several threads. */
export function mergeTimeHistograms(
	histograms: readonly RecordableHistogram[],
): RecordableHistogram {
	const sum = createTimeHistogram();
	for (const histogram of histograms) sum.add(histogram);
	return sum;
}

const BINS = 40;
const SMALLEST_EDGE_MS = 0.001;

/**
 * Returns a histogram of sorted values in ms. The bin edges grow by a constant factor because the
 * values span several orders of magnitude.
 */
export function histogramOf(values: Float64Array): Histogram {
	const edges = logarithmicEdges(values[0], values[values.length - 1]);
	const counts = new Array<number>(Math.max(0, edges.length - 1)).fill(0);
	let bin = 0;
	for (const value of values) {
		while (bin < counts.length - 1 && value >= (edges[bin + 1] as number)) bin++;
		counts[bin] = (counts[bin] ?? 0) + 1;
	}
	return { edges, counts };
}

/** Converts a histogram of gaps in µs to the form of {@link histogramOf}. */
export function histogramOfGaps(gaps: TimeHistogram): Histogram {
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

/** Returns how many gaps are below a value in µs, by a binary search over the ranks. */
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
	// All samples must be inside [first edge, last edge), also after rounding.
	edges[0] = Math.min(min, low);
	edges[BINS] = Math.max(max, low * 1.01) * (1 + 1e-9);
	return edges;
}
