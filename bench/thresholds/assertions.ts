import { REQUEST_METRICS } from '../metrics/requestMetrics';
import type { RequestMetricName } from '../result';
import { SCALARS } from '../result';
import type { GoodputLimit } from '../runConfig';
import { UsageError } from '../usageError';
import type { AssertableMetric } from './metricValues';
import { ASSERTABLE_METRICS, METRIC_NAMES, STATISTICS } from './metricValues';

export const OPERATORS = ['<=', '>=', '==', '<', '>'] as const;
export type Operator = (typeof OPERATORS)[number];

/** A parsed `--assert`. `ttft.p95 < 0.8s` is {metric, operator: '<', limit: 800, unit: 'ms'}. */
export interface Threshold {
	text: string;
	metric: AssertableMetric;
	operator: Operator;
	/** In `unit`. */
	limit: number;
	/** For an outcome, `%` means its share of the planned requests, and '' its count. */
	unit: '' | 'ms' | '%' | '/s';
}

/**
 * Parses `metric.statistic operator number[unit]`.
 * @throws {UsageError} that marks the position of the error and lists what is allowed there
 */
export function parseAssertion(text: string): Threshold {
	let position = 0;
	/** Skips spaces and returns the text that matches. Returns '' without a match. */
	const take = (pattern: RegExp): string => {
		position += text.slice(position).search(/\S|$/);
		const word = pattern.exec(text.slice(position))?.[0] ?? '';
		position += word.length;
		return word;
	};
	const fail = (at: number, allowed: readonly string[]): never => {
		throw new UsageError(
			`--assert '${text}' cannot be parsed at character ${at + 1}:\n` +
				`  ${text}\n  ${' '.repeat(at)}^ expected: ${allowed.join(', ')}`,
		);
	};

	const name = take(/^[\w.]+/);
	const metric = ASSERTABLE_METRICS.get(name);
	if (metric === undefined) {
		const { validLength, allowed } = suggestMetrics(name);
		return fail(position - name.length + validLength, allowed);
	}
	const sign = take(/^(<=|>=|==|<|>)/);
	const operator = OPERATORS.find((each) => each === sign);
	if (operator === undefined) return fail(position, OPERATORS);
	const digits = take(/^-?(\d+\.?\d*|\.\d+)/);
	if (digits === '') return fail(position, ['a number']);
	const unitText = take(/^\S+/);
	const units = unitsOf(metric);
	const unit = units[unitText];
	if (unit === undefined) {
		const allowed = Object.keys(units).map((each) => (each === '' ? 'no unit' : each));
		return fail(position - unitText.length, allowed);
	}
	const rest = take(/^.+/s);
	if (rest !== '') return fail(position - rest.length, ['the end of the assertion']);
	return { text, metric, operator, limit: Number(digits) * unit.factor, unit: unit.unit };
}

/** Returns the units that are allowed after a limit, and the factor to the unit of the metric. */
function unitsOf(
	metric: AssertableMetric,
): Record<string, { unit: Threshold['unit']; factor: number }> {
	switch (metric.kind) {
		case 'distribution': {
			const ms = { unit: 'ms', factor: 1 } as const;
			return { '': ms, ms, s: { unit: 'ms', factor: 1000 } };
		}
		case 'scalar': {
			const unit = SCALARS[metric.name];
			return { '': { unit, factor: 1 }, [unit]: { unit, factor: 1 } };
		}
		case 'outcome':
			return { '': { unit: '', factor: 1 }, '%': { unit: '%', factor: 1 } };
	}
}

/**
 * Returns how many characters at the start of an unknown metric name are valid (`ttft.` in `ttft.p97`),
 * and what is allowed after them.
 */
function suggestMetrics(name: string): { validLength: number; allowed: string[] } {
	if (METRIC_NAMES.includes(name)) {
		return { validLength: name.length, allowed: STATISTICS.map((each) => `.${each}`) };
	}
	for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
		const prefix = name.slice(0, dot);
		const allowed = [
			...(METRIC_NAMES.includes(prefix) ? STATISTICS : []),
			...METRIC_NAMES.filter((each) => each.startsWith(`${prefix}.`)).map((each) =>
				each.slice(dot + 1),
			),
		];
		if (allowed.length > 0) return { validLength: dot + 1, allowed };
	}
	return { validLength: 0, allowed: [...METRIC_NAMES] };
}

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
