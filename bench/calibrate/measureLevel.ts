import type { CalibrationLevel, ErrorStatistics, StreamShape } from '../calibrationResult';
import type { RunHooks, RunMeasurement } from '../load/runLoad';
import { runLoad } from '../load/runLoad';
import type { TimeHistogram } from '../metrics/histograms';
import type { RunConfig } from '../runConfig';
import type { StampServer } from './stampServerProcess';

export interface LevelOptions {
	/** Number of concurrent streams. */
	streams: number;
	shape: StreamShape;
	workers: number | 'auto';
	durationMs: number;
}

/** Measures a number of concurrent streams of the stamping server and returns the client's errors. */
export async function measureLevel(
	server: StampServer,
	options: LevelOptions,
	hooks: RunHooks = {},
): Promise<CalibrationLevel> {
	return toLevel(options.streams, await runLoad(createRunConfig(server, options), hooks));
}

function toLevel(streams: number, { metrics, elu, calibration }: RunMeasurement): CalibrationLevel {
	const { plan, scalars, verdict } = metrics;
	return {
		streams,
		workers: plan.workers,
		events_per_second: scalars['throughput.events'] ?? 0,
		elu,
		first_tokens: toStatistics(calibration.firstTokens),
		events: toStatistics(calibration.events),
		held_percent: (calibration.covered / calibration.total) * 100,
		verdict,
	};
}

/** Converts a histogram in µs to statistics in ms. */
function toStatistics(errors: TimeHistogram): ErrorStatistics {
	const at = (percentile: number): number => errors.percentile(percentile) / 1000;
	return { count: errors.count, p50: at(50), p90: at(90), p99: at(99), max: errors.max / 1000 };
}

function createRunConfig(
	{ baseUrl }: StampServer,
	{ streams, shape, workers, durationMs }: LevelOptions,
): RunConfig {
	return {
		url: baseUrl,
		key: 'app-stamps',
		queries: [{ query: 'stamps', inputs: { ...shape }, files: [], user: 'calibrate' }],
		plan: {
			target: 'dify',
			engine: 'dispatch',
			mode: 'streaming',
			// An open loop starts the streams one after another, as users do, and not all at the same time.
			load: { model: 'open', rate: (streams * 1000) / streamLengthMs(shape), arrival: 'constant' },
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
		goodputLimits: [],
		includeQueries: false,
	};
}

/** Returns how long a stream takes, in ms. */
export function streamLengthMs({ first, gap, tokens, packet }: StreamShape): number {
	return first + (Math.ceil(tokens / packet) - 1) * gap;
}
