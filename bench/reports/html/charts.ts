import type { BenchResult, BinnedHistogram, Second } from '../../result';

/** The data of one chart. The page contains it as JSON, and the chart script draws it. */
export interface Chart {
	id: string;
	title: string;
	/** Seconds since the start of the run. In a histogram: the index of each bin. */
	x: number[];
	/** Edges of the bins of a histogram, in ms: bin `i` is `edges[i]` to `edges[i + 1]`. Otherwise `null`. */
	edges: number[] | null;
	series: Line[];
}

interface Line {
	label: string;
	unit: string;
	/** Name of a CSS custom property in style.ts. */
	color: '--blue' | '--amber' | '--red' | '--dim';
	isFilled: boolean;
	values: Array<number | null>;
}

const MAX_BINS = 60;

/** Returns the charts that this result has data for. */
export function createCharts({ histograms, seconds }: BenchResult): Chart[] {
	const overTime = (id: string, title: string, series: Line[]): Chart => ({
		id,
		title,
		x: seconds.map(({ t }) => t),
		edges: null,
		series,
	});
	const line = (
		label: string,
		unit: string,
		color: Line['color'],
		valueOf: (second: Second) => number | null,
	): Line => ({ label, unit, color, isFilled: false, values: seconds.map(valueOf) });

	const charts = [
		histogramChart('ttft', 'Time to first token', histograms.ttft),
		overTime('ttft-over-time', 'Time to first token, by second of arrival', [
			line('p50', 'ms', '--blue', (second) => second.ttft_p50),
			line('p95', 'ms', '--amber', (second) => second.ttft_p95),
			line('max', 'ms', '--red', (second) => second.ttft_max),
		]),
		overTime('streams', 'Streams per second', [
			line('dispatched', '/s', '--dim', (second) => second.dispatched),
			line('completed', '/s', '--blue', (second) => second.completed),
			line('failed', '/s', '--red', (second) => second.failed),
		]),
		overTime('events', 'Events per second', [
			line('events', '/s', '--blue', (second) => second.events),
		]),
		overTime('in-flight', 'Streams in flight', [
			{ ...line('in flight', '', '--blue', (second) => second.in_flight), isFilled: true },
		]),
		histogramChart('gaps', 'Time between deliveries', histograms.delivery_gap),
	];
	return charts.filter(({ x }) => x.length > 0);
}

/** Drops empty bins at both ends, and merges neighboring bins if there are more than {@link MAX_BINS}. */
function histogramChart(id: string, title: string, { edges, counts }: BinnedHistogram): Chart {
	const first = counts.findIndex((count) => count > 0);
	const end = counts.findLastIndex((count) => count > 0) + 1;
	const width = Math.ceil((end - first) / MAX_BINS);
	const bins: number[] = [];
	const binEdges: number[] = [];
	for (let start = first; start >= 0 && start < end; start += width) {
		const stop = Math.min(start + width, end);
		bins.push(counts.slice(start, stop).reduce((sum, count) => sum + count, 0));
		binEdges.push(...edges.slice(start, start + 1));
	}
	return {
		id,
		title,
		x: bins.map((_, index) => index),
		edges: [...binEdges, ...edges.slice(end, end + 1)],
		series: [{ label: 'count', unit: '', color: '--blue', isFilled: true, values: bins }],
	};
}
