import { UsageError } from '../usageError';
import type { RequestMetric, Row } from '../metrics/requestMetrics';
import { METRICS } from '../metrics/requestMetrics';

/** A limit that each request of its own must keep. */
export interface Goodput {
	/** As given. */
	text: string;
	metric: RequestMetric;
	/** In ms. */
	limit: number;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000 };

/**
 * Reads `--goodput 'ttft < 800'`: a metric that each request has, `<` or `<=`, and a time in ms, or
 * in s where it says so.
 *
 * @throws {UsageError}
 */
export function readGoodput(text: string): Goodput {
	const [, metric = '', number, unit = ''] =
		/^\s*([\w.]+)\s*<=?\s*([\d.]+)\s*(ms|s)?\s*$/.exec(text) ?? [];
	if (!Object.hasOwn(METRICS, metric) || Number.isNaN(Number(number))) {
		throw new UsageError(
			`--goodput: '${text}' is no limit such as 'ttft < 800'; metrics are ${Object.keys(METRICS).join(', ')}`,
		);
	}
	return {
		text,
		metric: metric as RequestMetric,
		limit: Number(number) * (UNITS[unit] ?? 1),
	};
}

/** Whether a completed request kept every limit; one that has nothing to hold against a limit did not. */
export function isGood(row: Row, limits: readonly Goodput[]): boolean {
	return limits.every(({ metric, limit }) => METRICS[metric](row) <= limit);
}
