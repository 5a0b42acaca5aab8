import type { WorkerReport } from '../metrics/workerReport';
import type { Plan } from '../result';

/** The settings of one measuring thread. */
export interface WorkerJob {
	origin: string;
	target: Plan['target'];
	/** Path of POST /chat-messages or of the n8n webhook on the origin. */
	path: string;
	/** They contain the API key and are sent only to the origin. */
	headers: Record<string, string>;
	/** Texts that no error message may contain. */
	secrets: string[];
	mode: Plan['mode'];
	/** JSON bodies of the requests. Request `i` of the plan sends `bodies[i % bodies.length]`. */
	bodies: string[];
	/** With `chain`, each user of a closed loop continues its own conversation. */
	conversation: Plan['conversation'];
	timeouts: Plan['timeouts_ms'];
	stallLimitMs: number;
	insecure: boolean;
	/** Number of requests to send one after another before the run. */
	warmup: number;
	load: WorkerLoad;
}

/** The requests of one thread. Their indexes in the plan are `first`, `first + step`, … */
export type WorkerLoad = ClosedWorkerLoad | OpenWorkerLoad;

export interface ClosedWorkerLoad {
	kind: 'closed';
	/** Number of users. Each has one request in flight. */
	users: number;
	thinkMs: number;
	/** Largest number of requests. `null` if the duration ends the run. */
	requests: number | null;
	/** No request starts after this time. */
	durationMs: number | null;
	first: number;
	step: number;
}

export interface OpenWorkerLoad {
	kind: 'open';
	/** Due times in ms since the start of the run. */
	due: Float64Array;
	first: number;
	step: number;
}

export type ToWorker =
	/** Starts the run at the time `at` of the monotonic clock. */
	| { kind: 'start'; at: number }
	/** Starts no more requests and cancels the running ones. */
	| { kind: 'cut' };

export type FromWorker =
	/** The warm-up is finished. */
	| { kind: 'ready' }
	/** The request table has a new block of shared memory. */
	| { kind: 'block'; block: SharedArrayBuffer }
	/** The server rejected the first request for a reason that applies to all requests. */
	| { kind: 'rejected'; message: string }
	| { kind: 'done'; report: WorkerReport };
