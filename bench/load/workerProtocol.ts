import type { RecordableHistogram } from 'node:perf_hooks';
import type { CheckedSecond } from '../metrics/seconds';
import type { OutcomeDetail, Plan, Stream } from '../result';

/** What a measuring thread is given before the run. */
export interface WorkerJob {
	origin: string;
	target: Plan['target'];
	/** Path of POST /chat-messages or of n8n's webhook, below the origin. */
	path: string;
	/** With the key: they go nowhere but to the origin. */
	headers: Record<string, string>;
	/** What no message of a failure may hold. */
	secrets: string[];
	mode: Plan['mode'];
	/** Bodies of the requests, as JSON; request `i` of the plan sends body `i % bodies.length`. */
	bodies: string[];
	/** `chain`: each slot of a closed loop goes on with its own conversation. */
	conversation: Plan['conversation'];
	timeouts: Plan['timeouts_ms'];
	stallLimitMs: number;
	insecure: boolean;
	/** Requests to send before the run, one after another. */
	warmup: number;
	load: WorkerLoad;
}

/** This thread's share of the plan. */
export type WorkerLoad =
	| {
			kind: 'closed';
			/** Requests at a time. */
			slots: number;
			thinkMs: number;
			/** Most requests; `null` when the duration ends the run. */
			requests: number | null;
			/** No request begins after it. */
			durationMs: number | null;
			/** Numbers in the plan: `first`, `first + step`, … */
			first: number;
			step: number;
	  }
	| {
			kind: 'open';
			/** ms from the start of the run. */
			due: Float64Array;
			first: number;
			step: number;
	  };

export type ToWorker =
	/** `at` in ms of the monotonic clock. */
	| { kind: 'start'; at: number }
	/** No request begins any more, and what still runs is cut. */
	| { kind: 'cut' };

export type FromWorker =
	/** Connected and warm. */
	| { kind: 'ready' }
	| { kind: 'block'; block: SharedArrayBuffer }
	/** The first request was refused for a reason that all others share; what Dify said of it. */
	| { kind: 'refused'; message: string }
	| { kind: 'done'; report: WorkerReport };

/** What a measuring thread knows beside the table. */
export interface WorkerReport {
	/** Rows of the table that were used. */
	rows: number;
	/** Requests of the plan that were never sent, by their due times. */
	unsent: number[];
	details: OutcomeDetail[];
	/** Gaps between deliveries, in µs. */
	gaps: RecordableHistogram;
	seconds: CheckedSecond[];
	slowest: Stream | null;
	/** X-Version of the first answer that had one. */
	version: string | null;
	/** Share of the run that the thread's loop was busy, waiting for a due time not counted. */
	elu: number;
	gc: { longestMs: number; totalMs: number };
	/** All zero where nothing was stamped. */
	calibration: Calibration;
}

/** What a stamping server's events say of this client. */
export interface Calibration {
	/** µs from an event's write to its arrival here. */
	events: RecordableHistogram;
	firstTokens: RecordableHistogram;
	/** Events, and those whose truth lay within the certified interval. */
	checked: number;
	held: number;
}
