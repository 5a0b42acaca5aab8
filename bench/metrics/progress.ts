import type { OutcomeName, Progress } from '../result';
import type { RequestTable } from './requestTable';
import { METRICS, outcomeOf, rowOf } from './requestMetrics';

/** First tokens that the live percentiles are of: the latest. */
const LATEST = 1_000;

/** Looks into tables that other threads write, without asking anything of them. */
export class ProgressReader {
	private readonly outcomes: Partial<Record<OutcomeName, number>> = {};
	private readonly ttfts: number[] = [];
	private done = 0;
	private completed = 0;
	/** Completed at earlier looks, for the rate. */
	private readonly looks: Array<{ at: number; completed: number }> = [];
	private readonly tables: Array<{ table: RequestTable; counted: Set<number>; from: number }>;

	constructor(tables: readonly RequestTable[]) {
		this.tables = tables.map((table) => ({ table, counted: new Set<number>(), from: 0 }));
	}

	/** @param elapsedMs since the start of the run @param leftMs where it is known */
	look(
		elapsedMs: number,
		planned: number | null,
		leftMs: number | null,
	): Omit<Progress, 'isWarmup'> {
		let begun = 0;
		for (const view of this.tables) begun += this.count(view);
		this.looks.push({ at: elapsedMs, completed: this.completed });
		while ((this.looks[0]?.at ?? 0) < elapsedMs - 1_000) this.looks.shift();
		const first = this.looks[0] ?? { at: 0, completed: 0 };
		const sorted = [...this.ttfts].sort((a, b) => a - b);
		const rank = (share: number): number | null =>
			sorted[Math.ceil(sorted.length * share) - 1] ?? null;
		return {
			elapsed_s: elapsedMs / 1000,
			left_s: leftMs === null ? null : leftMs / 1000,
			planned: planned ?? begun,
			done: this.done,
			in_flight: begun - this.done,
			rate: ((this.completed - first.completed) / Math.max(1, elapsedMs - first.at)) * 1000,
			ttft_p50: rank(0.5),
			ttft_p95: rank(0.95),
			outcomes: { ...this.outcomes },
		};
	}

	/** Counts what ended since the last look; returns how many requests have begun. */
	private count(view: { table: RequestTable; counted: Set<number>; from: number }): number {
		const { table, counted } = view;
		let at = view.from;
		let isWhole = true;
		for (; at < table.capacity; at++) {
			const row = rowOf(table, at);
			if (Number.isNaN(row('planned'))) break;
			const outcome = outcomeOf(row);
			if (outcome === undefined) isWhole = false;
			else if (!counted.has(at)) {
				this.take(outcome, METRICS.ttft(row));
				counted.add(at);
			}
			if (isWhole) {
				counted.delete(at);
				view.from = at + 1;
			}
		}
		return at;
	}

	private take(outcome: OutcomeName, ttft: number): void {
		this.done++;
		if (outcome === 'completed') this.completed++;
		this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
		if (Number.isNaN(ttft)) return;
		this.ttfts.push(ttft);
		if (this.ttfts.length > LATEST) this.ttfts.shift();
	}
}
