import type { RecordableHistogram } from 'node:perf_hooks';
import { createHistogram } from 'node:perf_hooks';

/** Counts times in µs, from 1 µs to an hour, to three figures. */
export function newTimes(): RecordableHistogram {
	return createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
}

/** The counts of several threads as one. */
export function joinTimes(times: readonly RecordableHistogram[]): RecordableHistogram {
	const all = newTimes();
	for (const some of times) all.add(some);
	return all;
}
