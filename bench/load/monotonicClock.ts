import { performance } from 'node:perf_hooks';

/**
 * Offset in ms between `performance.now()` of this thread and the machine's monotonic clock. It differs
 * between threads because `performance.now()` starts at 0 in every thread.
 */
export const MONOTONIC_OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/**
 * Returns the time of the machine's monotonic clock (CLOCK_MONOTONIC) in ms. Times of different
 * threads and processes can be compared.
 */
export function monotonicMs(): number {
	return performance.now() + MONOTONIC_OFFSET_MS;
}

/** Converts a time of {@link monotonicMs} to `performance.now()` of this thread. */
export function toLocalMs(monotonic: number): number {
	return monotonic - MONOTONIC_OFFSET_MS;
}
