import type { FileReference } from '../protocol/request';
import type { Plan, RequestMetricName } from './result';

/** The message of one request. */
export interface Query {
	query: string;
	inputs: Record<string, unknown>;
	files: FileReference[];
	user: string;
}

/** An upper limit that a request must meet to count toward `goodput`. */
export interface GoodputLimit {
	/** As given by the user: `ttft < 800`. */
	text: string;
	metric: RequestMetricName;
	limitMs: number;
}

/**
 * Everything that starts a run: what to send, where to, and how much of it. It contains no settings
 * of the command line itself, such as report files and assertions.
 */
export interface RunConfig {
	/** Dify's base URL, or the address of the n8n webhook. */
	url: string;
	/** API key. `undefined` for an n8n webhook that needs none. */
	key: string | undefined;
	/** Sent in turn: request `i` sends query `i % queries.length`. */
	queries: Query[];
	/** The settings that the result repeats. The rest of its `plan` is known only when the run starts. */
	plan: Omit<Plan, 'requests' | 'workers' | 'queries'>;
	/** Number of requests. `null` if the duration ends the run. */
	requests: number | null;
	/** Number of measuring threads. `auto` chooses it by the load and the number of cores. */
	workers: number | 'auto';
	/** How long running requests may continue after the planned duration. */
	drainMs: number;
	goodputLimits: GoodputLimit[];
	/** Whether the result contains the text of the queries. */
	includeQueries: boolean;
}
