import type { RecordableHistogram } from 'node:perf_hooks';
import type { RunOptions } from '../cli/runOptions';
import type { Run, RunHooks } from '../load/runLoad';
import { run } from '../load/runLoad';
import type { Verdict } from '../result';
import type { Stream } from './stampServer';
import type { StampServer } from './stampServerProcess';

/** How wrong this client was about a number of streams at once. Errors in ms. */
export interface Level {
	streams: number;
	workers: number;
	/** Measured in the run, of all streams. */
	events_per_second: number;
	/** Share of the run that the busiest measuring thread was busy. */
	elu: number;
	first_tokens: ErrorStatistics;
	events: ErrorStatistics;
	/** Share of the certified intervals (+0.3 ms) that held the truth, in %. */
	held_percent: number;
	verdict: Verdict;
}

export interface ErrorStatistics {
	count: number;
	p50: number;
	p90: number;
	p99: number;
	max: number;
}

/** Measures so many stamped streams at once for a while. */
export async function measureLevel(
	server: StampServer,
	streams: number,
	stream: Stream,
	{ workers, durationMs }: { workers: number | 'auto'; durationMs: number },
	hooks: RunHooks = {},
): Promise<Level> {
	return levelOf(
		streams,
		await run(optionsOf(server, streams, stream, workers, durationMs), hooks),
	);
}

function levelOf(streams: number, { findings, elu, calibration }: Run): Level {
	const { plan, scalars, verdict } = findings;
	return {
		streams,
		workers: plan.workers,
		events_per_second: scalars['throughput.events'] ?? 0,
		elu,
		first_tokens: statistics(calibration.firstTokens),
		events: statistics(calibration.events),
		held_percent: (calibration.held / calibration.checked) * 100,
		verdict,
	};
}

function statistics(errors: RecordableHistogram): ErrorStatistics {
	const at = (percentile: number): number => errors.percentile(percentile) / 1000;
	return { count: errors.count, p50: at(50), p90: at(90), p99: at(99), max: errors.max / 1000 };
}

function optionsOf(
	{ baseUrl }: StampServer,
	streams: number,
	stream: Stream,
	workers: number | 'auto',
	durationMs: number,
): RunOptions {
	return {
		url: baseUrl,
		key: 'app-stamps',
		queries: [{ query: 'stamps', inputs: { ...stream }, files: [], user: 'calibrate' }],
		plan: {
			target: 'dify',
			engine: 'dispatch',
			mode: 'streaming',
			// Streams begin one after the other over the first round, as users do, not all at one time.
			load: { model: 'open', rate: (streams * 1000) / lengthOf(stream), arrival: 'constant' },
			duration_ms: durationMs,
			warmup: 1,
			seed: 1,
			conversation: 'new',
			auto_generate_name: false,
			timeouts_ms: { first: 60_000, idle: 60_000, total: 300_000 },
			stall_limit_ms: 1_000,
			goodput_limits: [],
			insecure: false,
		},
		requests: null,
		workers,
		drainMs: 30_000,
		goodput: [],
		assertions: [],
		isStrict: false,
		includeQueries: false,
		reports: {},
	};
}

/** How long a stream takes, in ms. */
export function lengthOf({ first, gap, tokens, packet }: Stream): number {
	return first + (Math.ceil(tokens / packet) - 1) * gap;
}
