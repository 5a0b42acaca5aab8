/**
 * The result of a run: what `--json` writes, every report is drawn from, the gate judges and
 * `compare` reads. Times in ms, sizes in bytes, rates per second, unless a name says otherwise.
 * Its JSON Schema is result.schema.json; a change of shape is a new {@link RESULT_FORMAT}.
 */
export const RESULT_FORMAT = 'dify-bench/1';

/** How a request ended; each planned request has exactly one. */
export const OUTCOMES = [
	/** A stream with its terminal event, or a blocking answer. */
	'completed',
	/** An `error` event under HTTP 200, or a workflow that failed. */
	'dify_error',
	/** The stream ended, or broke, without a terminal event. */
	'truncated',
	/** The stream held lines that were no events, and no end came. */
	'malformed',
	'http_4xx',
	'http_429',
	'http_5xx',
	/** HTML or JSON where a stream was asked for. */
	'not_sse',
	'connect',
	'tls',
	'timeout_first',
	'timeout_idle',
	'timeout_total',
	'stopped',
	'paused',
	/** Still running, or not yet begun, when the run ended. */
	'cut_by_deadline',
] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

/** What is measured of each request, or of each delivery, in ms. Definitions: README, "Metrics". */
export const DISTRIBUTIONS = [
	'ttft',
	'ttft_service',
	'ttfvt',
	'ttfe',
	'ttfb',
	'dispatch_delay',
	'delivery_gap',
	'stall',
	'tpot',
	'e2e',
	'server.latency',
	'server.time_to_first_token',
	'server.time_to_generate',
	'client_error',
] as const;
export type DistributionName = (typeof DISTRIBUTIONS)[number];

/** One number of the whole run. */
export const SCALARS = {
	'throughput.streams': '/s',
	'throughput.events': '/s',
	'throughput.characters': '/s',
	'throughput.tokens': '/s',
	'throughput.bytes': '/s',
	'in_flight.peak': '',
	'in_flight.mean': '',
	/** Streams in flight by Little's law (arrival rate × mean time in the system) over the measured mean. */
	'in_flight.littles_law': '',
	/** Time in gaps over the stall limit / time between first and last token, of all streams. */
	'stall.share': '%',
	/** Completed requests within every `--goodput` limit / planned requests. */
	goodput: '%',
} as const;
export type ScalarName = keyof typeof SCALARS;

export const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p99.9'] as const;
export type PercentileName = (typeof PERCENTILES)[number];

/** A percentile with the order statistics that bound it with 95 % confidence from below, and from above. */
export interface Percentile {
	value: number;
	low: number;
	high: number;
}

export interface Distribution {
	unit: 'ms';
	count: number;
	/** Of `count`: still unmeasured when the run ended, and counted with their age, a lower bound. */
	censored: number;
	min: number | null;
	mean: number | null;
	max: number | null;
	/** `null` where the samples do not suffice for a 95 % upper bound to exist. */
	percentiles: Record<PercentileName, Percentile | null>;
}

export type VerdictStatus = 'VALID' | 'DEGRADED' | 'INVALID';

/** One thing that the measuring itself is judged by. */
export interface Check {
	/** Stable: `client_error`, `elu`, `dispatch_delay`, `gc`, `steal`, `plan`. */
	name: string;
	status: VerdictStatus;
	/** A sentence with its numbers. */
	message: string;
}

export interface Verdict {
	/** The worst of its checks. */
	status: VerdictStatus;
	checks: Check[];
}

/** Why requests ended as they did, by Dify's code or the socket's. */
export interface OutcomeDetail {
	outcome: OutcomeName;
	/** HTTP status, where there was one. */
	status: number | null;
	/** Dify's code, or Node's, such as ECONNREFUSED. */
	code: string | null;
	/** The first message of its kind. */
	message: string;
	count: number;
}

export type LoadModel =
	| { model: 'closed'; concurrency: number; think_ms: number }
	| { model: 'open'; rate: number; arrival: 'constant' | 'poisson' }
	/** The rate goes evenly from one value to the other over the run. */
	| { model: 'ramp'; from: number; to: number; arrival: 'constant' | 'poisson' };

/** What was asked for. */
export interface Plan {
	/** What is asked: Dify, or an n8n webhook that answers by it. */
	target: 'dify' | 'n8n';
	engine: 'dispatch' | 'autocannon';
	mode: 'streaming' | 'blocking';
	load: LoadModel;
	/** Planned requests, warm-up not counted; what `outcomes` add up to. */
	requests: number;
	/** Planned length of the run; `null` where the number of requests ends it. */
	duration_ms: number | null;
	/** Requests sent before, and left out of every number. */
	warmup: number;
	seed: number;
	workers: number;
	conversation: 'new' | 'chain';
	auto_generate_name: boolean;
	timeouts_ms: { first: number | null; idle: number | null; total: number | null };
	/** Gaps longer than this count into `stall.share`. */
	stall_limit_ms: number;
	goodput_limits: string[];
	/** Whether certificates went unchecked. */
	insecure: boolean;
	queries: {
		count: number;
		/** A digest of queries and inputs, to tell two runs' datasets apart. */
		sha256: string;
		/** Only with `--include-queries`. */
		texts?: string[];
	};
}

export interface Machine {
	platform: string;
	cpu: string;
	cores: number;
	memory_bytes: number;
	node: string;
	undici: string;
}

/** One second of the run, from its start; `null` where nothing was measured in it. */
export interface Second {
	/** Its end, in s from the start of the run. */
	t: number;
	dispatched: number;
	completed: number;
	failed: number;
	events: number;
	characters: number;
	bytes: number;
	in_flight: number;
	/** Of first tokens that came in this second. */
	ttft_p50: number | null;
	ttft_p95: number | null;
	ttft_max: number | null;
}

/** Counts between edges: `counts[i]` lies in [edges[i], edges[i+1]). */
export interface Histogram {
	edges: number[];
	counts: number[];
}

/** One delivery of a stream: all events that came in one turn of the loop. */
export interface Delivery {
	/** From the planned start. */
	t: number;
	events: number;
	characters: number;
	/** Of its first event. */
	event: string;
}

export interface Stream {
	/** Number of the request in the plan, from 0. */
	request: number;
	outcome: OutcomeName;
	ttft: number | null;
	e2e: number | null;
	deliveries: Delivery[];
}

export interface Assertion {
	/** As given: `ttft.p95 < 800`. */
	text: string;
	/** `null` when nothing was measured. */
	actual: number | null;
	/** Unit of `actual` and of the limit: `ms`, `%`, `/s` or none. */
	unit: string;
	passed: boolean;
	/** Why it did not pass, or could not be judged. */
	reason: string | null;
}

export interface BenchResult {
	format: typeof RESULT_FORMAT;
	version: string;
	/** ISO 8601, UTC. */
	started_at: string;
	duration_ms: number;
	target: {
		base_url: string;
		/** Dify's `X-Version`. */
		version: string | null;
		/** What GET /info says; `null` where it could not be had. */
		app: { name: string; mode: string } | null;
	};
	plan: Plan;
	machine: Machine;
	verdict: Verdict;
	/** Where Ctrl-C ended the run early. */
	interrupted: boolean;
	outcomes: Record<OutcomeName, number>;
	outcome_details: OutcomeDetail[];
	/** What a token is in `tpot` and `throughput.tokens`: Dify's own count, or its text events. */
	tokens_from: 'usage' | 'text_events';
	distributions: Record<DistributionName, Distribution>;
	/** `null` where nothing was measured. */
	scalars: Record<ScalarName, number | null>;
	seconds: Second[];
	histograms: { ttft: Histogram; delivery_gap: Histogram };
	/** The completed stream with the longest time to first token, else to its end. */
	slowest: Stream | null;
	assertions: Assertion[];
}

/** What a live display is told, a few times a second. */
export interface Progress {
	/** Seconds since the start of the run. */
	elapsed_s: number;
	/** Seconds left, where that is known. */
	left_s: number | null;
	isWarmup: boolean;
	planned: number;
	done: number;
	in_flight: number;
	/** Completed streams in the last second. */
	rate: number;
	ttft_p50: number | null;
	ttft_p95: number | null;
	outcomes: Partial<Record<OutcomeName, number>>;
}
