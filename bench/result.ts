/**
 * The result of a run: what `--json` writes, what the reports show, what the assertions are checked
 * against, and what `compare` reads. Times are in ms, sizes in bytes and rates per second, unless a
 * field says otherwise. The JSON Schema is result.schema.json. A change of the shape needs a new
 * {@link RESULT_FORMAT}.
 */
export const RESULT_FORMAT = 'dify-bench/1';

/** How a request can end. Each planned request has exactly one outcome. */
export const OUTCOMES = [
	/** The stream sent its terminal event, or a blocking answer arrived. */
	'completed',
	/** Dify sent an `error` event under HTTP 200, or the workflow failed. */
	'dify_error',
	/** The stream ended or broke without a terminal event. */
	'truncated',
	/** The stream contained lines that are not valid events and ended without a terminal event. */
	'malformed',
	'http_4xx',
	'http_429',
	'http_5xx',
	/** The response was HTML or JSON although a stream was requested. */
	'not_sse',
	'connect',
	'tls',
	'timeout_first',
	'timeout_idle',
	'timeout_total',
	'stopped',
	'paused',
	/** The request was still running, or had not been sent, when the run ended. */
	'cut_by_deadline',
] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

/** Metrics measured per request, or per delivery, in ms. Definitions: docs/bench-method.md#1-definitions */
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
/** A metric with one value per request. `delivery_gap` has many values per request. */
export type RequestMetricName = Exclude<DistributionName, 'delivery_gap'>;

/** Metrics with a single value for the whole run, and their units. */
export const SCALARS = {
	'throughput.streams': '/s',
	'throughput.events': '/s',
	'throughput.characters': '/s',
	'throughput.tokens': '/s',
	'throughput.bytes': '/s',
	'in_flight.peak': '',
	'in_flight.mean': '',
	/** Requests in flight by Little's law (arrival rate × mean time in flight) divided by the measured mean. */
	'in_flight.littles_law': '',
	/** Time in gaps above the stall limit / time between the first and the last token, over all completed streams. */
	'stall.share': '%',
	/** Completed requests within every `--goodput` limit / planned requests. */
	goodput: '%',
} as const;
export type ScalarName = keyof typeof SCALARS;

export const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p99.9'] as const;
export type PercentileName = (typeof PERCENTILES)[number];

/** Returns the quantile of a percentile name: p99.9 is 0.999. */
export function quantileOf(percentile: PercentileName): number {
	return Number(percentile.slice(1)) / 100;
}

/**
 * Returns how many samples a percentile needs before a 95 % upper bound for it exists. With fewer
 * samples, even the largest one is below the true percentile in more than 5 % of runs (q^n > 0.05).
 */
export function samplesNeeded(percentile: PercentileName): number {
	return Math.ceil(Math.log(0.05) / Math.log(quantileOf(percentile)));
}

/** A percentile with its lower and upper bound. Each bound is an order statistic with 95 % confidence. */
export interface Percentile {
	value: number;
	low: number;
	high: number;
}

export interface Distribution {
	unit: 'ms';
	count: number;
	/**
	 * How many of `count` had no value yet when their request was given up or the run ended. Each
	 * counts with its age, which is a lower bound.
	 */
	censored: number;
	min: number | null;
	mean: number | null;
	max: number | null;
	/** `null` if there are too few samples for a 95 % upper bound. */
	percentiles: Record<PercentileName, Percentile | null>;
}

export type VerdictStatus = 'VALID' | 'DEGRADED' | 'INVALID';

/** One self-check of the measurement. */
export interface Check {
	/** Stable: `client_error`, `dispatch_delay`, `elu`, `gc`, `steal`, `plan`. */
	name: string;
	status: VerdictStatus;
	/** A sentence that contains the measured values. */
	message: string;
}

/** Whether the measurement is valid. */
export interface Verdict {
	/** The worst status of the checks. */
	status: VerdictStatus;
	checks: Check[];
}

/** Requests that did not complete, grouped by outcome, HTTP status and error code. */
export interface OutcomeDetail {
	outcome: OutcomeName;
	/** HTTP status. `null` without a response. */
	status: number | null;
	/** Dify's error code or Node's, such as ECONNREFUSED. */
	code: string | null;
	/** The first message of the group. */
	message: string;
	count: number;
}

export type LoadModel =
	| { model: 'closed'; concurrency: number; think_ms: number }
	| { model: 'open'; rate: number; arrival: 'constant' | 'poisson' }
	/** The rate changes linearly from one value to the other over the run. */
	| { model: 'ramp'; from: number; to: number; arrival: 'constant' | 'poisson' };

/** The settings of the run. */
export interface Plan {
	/** Dify itself, or an n8n webhook whose workflow calls Dify. */
	target: 'dify' | 'n8n';
	engine: 'dispatch' | 'autocannon';
	mode: 'streaming' | 'blocking';
	load: LoadModel;
	/** Planned requests without the warm-up. The outcomes add up to this number. */
	requests: number;
	/** Planned length of the run. `null` if the number of requests ends the run. */
	duration_ms: number | null;
	/** Requests sent before the run. They are excluded from all results. */
	warmup: number;
	seed: number;
	workers: number;
	conversation: 'new' | 'chain';
	auto_generate_name: boolean;
	timeouts_ms: { first: number | null; idle: number | null; total: number | null };
	/** Longer gaps count toward `stall.share`. */
	stall_limit_ms: number;
	goodput_limits: string[];
	/** Whether TLS certificates were not verified. */
	insecure: boolean;
	queries: {
		count: number;
		/** Digest of the queries and inputs, to detect that two runs used different ones. */
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

/** One second of the run. `null` if nothing was measured in it. */
export interface Second {
	/** End of this second, in s since the start of the run. */
	t: number;
	dispatched: number;
	completed: number;
	failed: number;
	events: number;
	characters: number;
	bytes: number;
	in_flight: number;
	/** Of the first tokens that arrived in this second. */
	ttft_p50: number | null;
	ttft_p95: number | null;
	ttft_max: number | null;
}

/** A histogram of values in ms: `counts[i]` is the number of values in [edges[i], edges[i+1]). */
export interface BinnedHistogram {
	edges: number[];
	counts: number[];
}

/** All events of a stream that arrived in one iteration of the event loop. */
export interface Delivery {
	/** Time since the planned start. */
	t: number;
	events: number;
	characters: number;
	/** Name of its first event. */
	event: string;
}

/** The deliveries of one stream. */
export interface StreamTrace {
	/** Index of the request in the plan, from 0. */
	request: number;
	outcome: OutcomeName;
	ttft: number | null;
	e2e: number | null;
	deliveries: Delivery[];
}

export interface Assertion {
	/** As given by the user: `ttft.p95 < 800`. */
	text: string;
	/** `null` if nothing was measured. */
	actual: number | null;
	/** Unit of `actual` and of the limit: `ms`, `%`, `/s` or none. */
	unit: string;
	passed: boolean;
	/** Why the assertion failed or could not be decided. */
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
		/** The response of GET /info. `null` if it is not available. */
		app: { name: string; mode: string } | null;
	};
	plan: Plan;
	machine: Machine;
	verdict: Verdict;
	/** Whether Ctrl-C ended the run early. */
	interrupted: boolean;
	outcomes: Record<OutcomeName, number>;
	outcome_details: OutcomeDetail[];
	/** How `tpot` and `throughput.tokens` count tokens: by Dify's usage, or by text events. */
	tokens_from: 'usage' | 'text_events';
	distributions: Record<DistributionName, Distribution>;
	/** `null` if nothing was measured. */
	scalars: Record<ScalarName, number | null>;
	seconds: Second[];
	histograms: { ttft: BinnedHistogram; delivery_gap: BinnedHistogram };
	/** The completed stream with the longest time to first token. `null` if no stream completed. */
	slowest: StreamTrace | null;
	assertions: Assertion[];
}

/** What the progress line shows. Updated a few times per second. */
export interface Progress {
	/** Seconds since the start of the run. */
	elapsed_s: number;
	/** Remaining seconds. `null` if the number of requests ends the run. */
	left_s: number | null;
	isWarmup: boolean;
	planned: number;
	done: number;
	in_flight: number;
	/** Completed streams per second, over the last second. */
	rate: number;
	ttft_p50: number | null;
	ttft_p95: number | null;
	outcomes: Partial<Record<OutcomeName, number>>;
}
