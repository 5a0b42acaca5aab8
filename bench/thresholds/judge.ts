import type { Assertion } from '../result';
import { exact } from '../reports/format';
import type { Limit, Operator } from './assertions';
import type { Measured } from './metricValues';
import { read } from './metricValues';

const HOLDS: Record<Operator, (actual: number, limit: number) => boolean> = {
	'<': (actual, limit) => actual < limit,
	'<=': (actual, limit) => actual <= limit,
	'>': (actual, limit) => actual > limit,
	'>=': (actual, limit) => actual >= limit,
	'==': (actual, limit) => actual === limit,
};

/** Each limit against what was measured; nothing measured is not passed. */
export function judge(limits: readonly Limit[], result: Measured): Assertion[] {
	return limits.map((limit) => judgeOne(limit, result).assertion);
}

/** One limit; inconclusive where more requests, or a longer run, could tell. */
export function judgeOne(
	{ text, metric, operator, limit, unit }: Limit,
	result: Measured,
): { assertion: Assertion; isInconclusive: boolean } {
	const { actual, reason, lacksSamples, isLowerBound } = read(metric, unit === '%', result);
	if (actual === null) {
		return {
			assertion: { text, actual, unit, passed: false, reason },
			isInconclusive: lacksSamples,
		};
	}
	const holds = HOLDS[operator](actual, limit);
	// A number that can only be higher still breaks an upper limit for certain, and meets a lower one.
	const isInconclusive = isLowerBound && holds !== operator.startsWith('>');
	return {
		assertion: {
			text,
			actual,
			unit,
			passed: holds && !isInconclusive,
			reason: isInconclusive
				? 'only a lower bound: too many requests still waited when the run ended'
				: holds
					? null
					: `${exact(actual, unit)} is not ${operator} ${exact(limit, unit)}`,
		},
		isInconclusive,
	};
}
