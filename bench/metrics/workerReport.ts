import type { OutcomeDetail, StreamTrace } from '../result';
import type { TimeHistogram } from './histograms';
import type { SecondCounts } from './timeline';

/** What a measuring thread reports at the end of a run, in addition to its request table. */
export interface WorkerReport {
	/** Rows of the table that contain a request. */
	rows: number;
	/** Due times of the planned requests that were never sent, in ms since the start of the run. */
	unsent: number[];
	/** The reasons of the requests that did not complete. */
	outcomeDetails: OutcomeDetail[];
	/** Gaps between deliveries, in µs. */
	gaps: TimeHistogram;
	/** The received data, one entry per second of the run. */
	countsPerSecond: SecondCounts[];
	/** The completed stream with the longest time to first token. */
	slowest: StreamTrace | null;
	/** Dify's `X-Version`, from the first response that has the header. */
	version: string | null;
	/**
	 * Event loop utilization: the share of the run in which the thread's event loop was busy, 0 to 1.
	 * The busy loop before a due time does not count.
	 */
	elu: number;
	gc: { longestMs: number; totalMs: number };
	/** All zero if the server does not stamp its events. */
	calibration: CalibrationCounts;
}

/** Comparison of the measured arrival times with the stamps of the stamping server (`calibrate`). */
export interface CalibrationCounts {
	/** Time from the write of an event to its measured arrival, in µs. */
	events: TimeHistogram;
	firstTokens: TimeHistogram;
	/** Number of compared events. */
	total: number;
	/** Number of events whose stamp is inside the certified interval (docs/bench-method.md#3-client-error). */
	covered: number;
}
