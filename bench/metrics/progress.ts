import type { OutcomeName, Progress } from '../result';
import { outcomeOf, REQUEST_METRICS, rowAt } from './requestMetrics';
import type { RequestTable } from './requestTable';

/** The live percentiles use this many of the latest first tokens. */
const LATEST_TTFTS = 1_000;
const RATE_WINDOW_MS = 1_000;

interface TableCursor {
	table: RequestTable;
	/** All rows before this one are counted. */
	next: number;
	/** Rows from `next` on that are already counted. */
	counted: Set<number>;
}

/** Computes the progress from the tables of the measuring threads, without interrupting the threads. */
export class ProgressReader {
	private readonly outcomes: Partial<Record<OutcomeName, number>> = {};
	private readonly ttfts: number[] = [];
	private done = 0;
	private completed = 0;
	/** Number of completed requests at earlier reads, to compute the rate. */
	private readonly history: Array<{ at: number; completed: number }> = [];
	private readonly cursors: TableCursor[];

	constructor(tables: readonly RequestTable[]) {
		this.cursors = tables.map((table) => ({ table, counted: new Set<number>(), next: 0 }));
	}

	/**
	 * @param elapsedMs time since the start of the run
	 * @param planned number of planned requests, if it is known
	 * @param leftMs remaining time, if it is known
	 */
	read(
		elapsedMs: number,
		planned: number | null,
		leftMs: number | null,
	): Omit<Progress, 'isWarmup'> {
		let started = 0;
		for (const cursor of this.cursors) started += this.countRows(cursor);
		this.history.push({ at: elapsedMs, completed: this.completed });
		while ((this.history[0]?.at ?? 0) < elapsedMs - RATE_WINDOW_MS) this.history.shift();
		const oldest = this.history[0] ?? { at: 0, completed: 0 };
		const sorted = [...this.ttfts].sort((a, b) => a - b);
		const quantile = (share: number): number | null =>
			sorted[Math.ceil(sorted.length * share) - 1] ?? null;
		return {
			elapsed_s: elapsedMs / 1000,
			left_s: leftMs === null ? null : leftMs / 1000,
			planned: planned ?? started,
			done: this.done,
			in_flight: started - this.done,
			rate: ((this.completed - oldest.completed) / Math.max(1, elapsedMs - oldest.at)) * 1000,
			ttft_p50: quantile(0.5),
			ttft_p95: quantile(0.95),
			outcomes: { ...this.outcomes },
		};
	}

	/** Counts the requests that ended since the last call. Returns how many requests were started. */
	private countRows(cursor: TableCursor): number {
		const { table, counted } = cursor;
		let index = cursor.next;
		let hasRunning = false;
		for (; index < table.capacity; index++) {
			const row = rowAt(table, index);
			if (Number.isNaN(row('planned'))) break;
			const outcome = outcomeOf(row);
			if (outcome === undefined) hasRunning = true;
			else if (!counted.has(index)) {
				this.countRequest(outcome, REQUEST_METRICS.ttft(row));
				counted.add(index);
			}
			if (!hasRunning) {
				counted.delete(index);
				cursor.next = index + 1;
			}
		}
		return index;
	}

	private countRequest(outcome: OutcomeName, ttft: number): void {
		this.done++;
		if (outcome === 'completed') this.completed++;
		this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
		if (Number.isNaN(ttft)) return;
		this.ttfts.push(ttft);
		if (this.ttfts.length > LATEST_TTFTS) this.ttfts.shift();
	}
}
