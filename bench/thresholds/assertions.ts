import { UsageError } from '../usageError';
import { SCALARS } from '../result';
import type { Metric } from './metricValues';
import { METRIC_NAMES, METRICS, STATISTICS } from './metricValues';

export const OPERATORS = ['<=', '>=', '==', '<', '>'] as const;
export type Operator = (typeof OPERATORS)[number];

/** One `--assert`, read: `ttft.p95 < 0.8s` is {metric, operator: '<', limit: 800, unit: 'ms'}. */
export interface Limit {
	text: string;
	metric: Metric;
	operator: Operator;
	/** In `unit`. */
	limit: number;
	/** `%` of an outcome is its share of the planned requests; '' its count. */
	unit: '' | 'ms' | '%' | '/s';
}

/**
 * Reads `metric.statistic operator number[unit]`.
 * @throws {UsageError} that points at what cannot be read and lists what could stand there
 */
export function parseAssertion(text: string): Limit {
	let at = 0;
	/** What stands next; '' where the pattern does not fit. */
	const take = (pattern: RegExp): string => {
		at += text.slice(at).search(/\S|$/);
		const word = pattern.exec(text.slice(at))?.[0] ?? '';
		at += word.length;
		return word;
	};
	const fail = (position: number, candidates: readonly string[]): never => {
		throw new UsageError(
			`--assert '${text}' cannot be read at character ${position + 1}:\n` +
				`  ${text}\n  ${' '.repeat(position)}^ here could stand: ${candidates.join(', ')}`,
		);
	};

	const name = take(/^[\w.]+/);
	const metric = METRICS.get(name);
	if (metric === undefined) {
		const { known, candidates } = continueMetric(name);
		return fail(at - name.length + known, candidates);
	}
	const sign = take(/^(<=|>=|==|<|>)/);
	const operator = OPERATORS.find((each) => each === sign);
	if (operator === undefined) return fail(at, OPERATORS);
	const digits = take(/^-?(\d+\.?\d*|\.\d+)/);
	if (digits === '') return fail(at, ['a number']);
	const unit = take(/^\S+/);
	const factors = unitsOf(metric);
	const found = factors[unit];
	if (found === undefined) return fail(at - unit.length, Object.keys(factors).map(orNothing));
	const rest = take(/^.+/s);
	if (rest !== '') return fail(at - rest.length, ['nothing more']);
	return { text, metric, operator, limit: Number(digits) * found.factor, unit: found.unit };
}

type Units = Record<string, { unit: Limit['unit']; factor: number }>;

/** The units that can be written after a limit, and what each is in the metric's own. */
function unitsOf(metric: Metric): Units {
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

const orNothing = (unit: string): string => (unit === '' ? 'no unit' : unit);

/** How far a wrong name is right (`ttft.` of `ttft.p97`), and what could come after that. */
function continueMetric(name: string): { known: number; candidates: string[] } {
	if (METRIC_NAMES.includes(name)) {
		return { known: name.length, candidates: STATISTICS.map((each) => `.${each}`) };
	}
	for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
		const known = name.slice(0, dot);
		const candidates = [
			...(METRIC_NAMES.includes(known) ? STATISTICS : []),
			...METRIC_NAMES.filter((each) => each.startsWith(`${known}.`)).map((each) =>
				each.slice(dot + 1),
			),
		];
		if (candidates.length > 0) return { known: dot + 1, candidates };
	}
	return { known: 0, candidates: [...METRIC_NAMES] };
}
