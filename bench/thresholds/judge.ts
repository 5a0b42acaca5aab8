import type { Assertion } from '../result';
import type { Operator, Threshold } from './assertions';
import type { MetricValues } from './metricValues';
import { readMetric } from './metricValues';

const COMPARE: Record<Operator, (actual: number, limit: number) => boolean> = {
	'<': (actual, limit) => actual < limit,
	'<=': (actual, limit) => actual <= limit,
	'>': (actual, limit) => actual > limit,
	'>=': (actual, limit) => actual >= limit,
	'==': (actual, limit) => actual === limit,
};

/** Compares each threshold with the result. An assertion about a metric without a value fails. */
export function judge(thresholds: readonly Threshold[], result: MetricValues): Assertion[] {
	return thresholds.map((threshold) => judgeOne(threshold, result).assertion);
}

/** Judges one threshold. `isInconclusive` means that more requests or a longer run could decide it. */
export function judgeOne(
	{ text, metric, operator, limit, unit }: Threshold,
	result: MetricValues,
): { assertion: Assertion; isInconclusive: boolean } {
	const { actual, reason, lacksSamples, isLowerBound } = readMetric(metric, unit === '%', result);
	if (actual === null) {
		return {
			assertion: { text, actual, unit, passed: false, reason },
			isInconclusive: lacksSamples,
		};
	}
	const isMet = COMPARE[operator](actual, limit);
	// The true value is at least the lower bound. This decides an upper limit only if the bound already
	// exceeds it, and a lower limit only if the bound already meets it.
	const isInconclusive = isLowerBound && isMet !== operator.startsWith('>');
	return {
		assertion: {
			text,
			actual,
			unit,
			passed: isMet && !isInconclusive,
			reason: isInconclusive
				? 'the value is only a lower bound because too many requests were still waiting when the run ended'
				: isMet
					? null
					: `${formatValue(actual, unit)} is not ${operator} ${formatValue(limit, unit)}`,
		},
		isInconclusive,
	};
}

/** Formats a value with up to three decimals, so that it can be compared with its limit. */
function formatValue(value: number, unit: Threshold['unit']): string {
	const space = unit === '' || unit.startsWith('/') ? '' : ' ';
	return `${value.toLocaleString('en-US', { maximumFractionDigits: 3 })}${space}${unit}`;
}
