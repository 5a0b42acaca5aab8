import { REQUEST_METRICS } from '../metrics/requestMetrics';
import type { RequestMetricName } from '../result';
import type { GoodputLimit } from '../runConfig';
import { UsageError } from '../usageError';

const MS_PER_UNIT: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000 };

/**
 * Parses a `--goodput` limit such as `ttft < 800`: a metric of a request, `<` or `<=`, and a time in ms
 * (default) or s. Both operators mean "at most".
 *
 * @throws {UsageError}
 */
export function parseGoodputLimit(text: string): GoodputLimit {
	const [, metric = '', number, unit = ''] =
		/^\s*([\w.]+)\s*<=?\s*([\d.]+)\s*(ms|s)?\s*$/.exec(text) ?? [];
	if (!Object.hasOwn(REQUEST_METRICS, metric) || Number.isNaN(Number(number))) {
		const metrics = Object.keys(REQUEST_METRICS).join(', ');
		throw new UsageError(
			`--goodput: '${text}' must be a limit such as 'ttft < 800'. The metrics are ${metrics}`,
		);
	}
	return {
		text,
		metric: metric as RequestMetricName,
		limitMs: Number(number) * (MS_PER_UNIT[unit] ?? 1),
	};
}
