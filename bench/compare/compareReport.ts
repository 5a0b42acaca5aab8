import { listWarnings } from '../reports/header';
import type { Paint } from '../reports/terminalText';
import { createPaint, terminalTable } from '../reports/terminalText';
import { toPrintable } from '../reports/untrustedText';
import { formatNumber, formatQuantity, formatShare, NO_VALUE } from '../reports/format';
import type { Cell, Column, Table } from '../reports/tables';
import { leftColumn, rightColumn, TIMES_TITLE } from '../reports/tables';
import type { BenchResult, OutcomeName, Percentile, ScalarName } from '../result';
import { DISTRIBUTIONS, OUTCOMES, PERCENTILES, SCALARS } from '../result';

/** A result and the name of its file. */
export interface NamedResult {
	name: string;
	result: BenchResult;
}

/**
 * Returns two results side by side as text for a terminal, with a final newline. Each percentile gets a
 * verdict (lower, higher or overlapping bounds), unless the setups differ or a measurement is INVALID.
 */
export function compareReport(a: NamedResult, b: NamedResult, isColored: boolean): string {
	const paint = createPaint(isColored);
	const setup = setupDifferences(a.result, b.result);
	const invalid = [a, b].filter(({ result }) => result.verdict.status === 'INVALID');
	const obstacles = [
		...(setup.length > 0 ? ['the runs have different setups'] : []),
		...invalid.map(({ name }) => `the measurement of ${toPrintable(name)} is INVALID`),
	];
	const hasVerdicts = obstacles.length === 0;
	const introduction = hasVerdicts
		? 'The verdicts apply to these two runs only. To compare two servers, measure several pairs of runs in alternating order.'
		: paint('red', `No verdict: ${obstacles.join(', ')}.`);
	const tables = [
		differencesTable('Different setup', setup),
		differencesTable('Different target', targetDifferences(a.result, b.result)),
		timeComparison(a.result, b.result, hasVerdicts),
		scalarComparison(a.result, b.result),
		outcomeComparison(a.result, b.result),
	];
	const blocks = [
		[introduction, ...describeResult('A', a, paint), ...describeResult('B', b, paint)],
		...tables.filter(({ rows }) => rows.length > 0).map((table) => terminalTable(table, paint)),
	];
	return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function describeResult(letter: string, { name, result }: NamedResult, paint: Paint): string[] {
	const { verdict, started_at: startedAt, target } = result;
	return [
		`${paint('bold', letter)}  ${toPrintable(`${name}: ${verdict.status}, ${startedAt}, ${target.base_url}`)}`,
		...listWarnings(result).map((warning) => paint('red', `   ! ${warning}`)),
	];
}

const COMPARED_COLUMNS: Column[] = [
	leftColumn('metric'),
	...['A', 'B', 'B - A', 'B / A'].map(rightColumn),
];

/** Returns the values of the settings that differ, one row per setting. */
export function differencesTable(title: string, differences: Difference[]): Table {
	return {
		title,
		columns: ['setting', 'A', 'B'].map(leftColumn),
		rows: differences.map(({ path, a, b }) => [{ text: path }, { text: a }, { text: b }]),
		notes: [],
	};
}

/**
 * Compares the percentiles, in ms. A percentile that neither run has is left out.
 * @param hasVerdicts whether to add the column with the verdicts
 */
export function timeComparison(a: BenchResult, b: BenchResult, hasVerdicts: boolean): Table {
	const rows = DISTRIBUTIONS.flatMap((name) =>
		PERCENTILES.flatMap((percentile): Cell[][] => {
			const timeA = a.distributions[name].percentiles[percentile];
			const timeB = b.distributions[name].percentiles[percentile];
			if (timeA === null && timeB === null) return [];
			return [
				[
					{ text: `${name}.${percentile}` },
					percentileCell(timeA),
					percentileCell(timeB),
					...changeCells(timeA?.value ?? null, timeB?.value ?? null),
					...(hasVerdicts ? [verdictCell(timeA, timeB)] : []),
				],
			];
		}),
	);
	return {
		title: TIMES_TITLE,
		columns: [...COMPARED_COLUMNS, ...(hasVerdicts ? [rightColumn('verdict')] : [])],
		rows,
		notes: [],
	};
}

function percentileCell(percentile: Percentile | null): Cell {
	if (percentile === null) return { text: NO_VALUE };
	const { value, low, high } = percentile;
	return { text: formatNumber(value), detail: `${formatNumber(low)}–${formatNumber(high)}` };
}

/** A lower time is better. There is a verdict only if the bounds of the two runs do not overlap. */
function verdictCell(a: Percentile | null, b: Percentile | null): Cell {
	if (a === null || b === null) return { text: NO_VALUE };
	if (b.high < a.low) return { text: 'B lower', tone: 'good' };
	if (b.low > a.high) return { text: 'B higher', tone: 'bad' };
	return { text: 'bounds overlap' };
}

/** Compares the metrics that have one value for the whole run. */
export function scalarComparison(a: BenchResult, b: BenchResult): Table {
	const names = (Object.keys(SCALARS) as ScalarName[]).filter(
		(name) => a.scalars[name] !== null || b.scalars[name] !== null,
	);
	return {
		title: 'Whole run',
		columns: COMPARED_COLUMNS,
		rows: names.map((name) => [
			{ text: name },
			{ text: formatQuantity(a.scalars[name], SCALARS[name]) },
			{ text: formatQuantity(b.scalars[name], SCALARS[name]) },
			...changeCells(a.scalars[name], b.scalars[name]),
		]),
		notes: [],
	};
}

/** Compares how many requests ended in each outcome, with the share of all planned requests. */
export function outcomeComparison(a: BenchResult, b: BenchResult): Table {
	const countCell = ({ outcomes }: BenchResult, name: OutcomeName): Cell => {
		const planned = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
		return { text: `${formatNumber(outcomes[name])} (${formatShare(outcomes[name], planned)})` };
	};
	return {
		title: 'Outcomes',
		columns: [leftColumn('outcome'), rightColumn('A'), rightColumn('B')],
		rows: OUTCOMES.filter((name) => a.outcomes[name] > 0 || b.outcomes[name] > 0).map((name) => [
			{ text: name },
			countCell(a, name),
			countCell(b, name),
		]),
		notes: [],
	};
}

/** Returns the difference and the ratio. */
function changeCells(a: number | null, b: number | null): [Cell, Cell] {
	if (a === null || b === null) return [{ text: NO_VALUE }, { text: NO_VALUE }];
	const difference = `${b > a ? '+' : ''}${formatNumber(b - a)}`;
	return [{ text: difference }, { text: a === 0 ? NO_VALUE : formatNumber(b / a) }];
}

/** A setting that differs between two runs. */
export interface Difference {
	/** Path of the setting, such as `plan.load.concurrency`. */
	path: string;
	/** Value in run A as text. `none` if the run does not have the setting. */
	a: string;
	/** Value in run B as text. */
	b: string;
}

/**
 * Returns the differences that make two runs incomparable: the machine, the plan, the queries, the way
 * tokens are counted, or the version of dify-bench. The target is not part of the setup, because
 * comparing two targets is the purpose.
 */
export function setupDifferences(a: BenchResult, b: BenchResult): Difference[] {
	return findDifferences(setupOf(a), setupOf(b));
}

/** Returns the differences between the two targets: address, Dify version and app. */
export function targetDifferences(a: BenchResult, b: BenchResult): Difference[] {
	return findDifferences({ target: a.target }, { target: b.target });
}

function setupOf({ version, machine, plan, tokens_from }: BenchResult): object {
	// The texts are left out, because only one of the runs may have used --include-queries. The digest
	// is enough to detect different queries.
	const { count, sha256 } = plan.queries;
	return {
		dify_bench: version,
		machine,
		plan: { ...plan, queries: { count, sha256 } },
		tokens_from,
	};
}

function findDifferences(a: object, b: object): Difference[] {
	const valuesOfA = flatten(a);
	const valuesOfB = flatten(b);
	const paths = new Set([...valuesOfA.keys(), ...valuesOfB.keys()]);
	return [...paths]
		.map((path) => ({
			path,
			a: valuesOfA.get(path) ?? 'none',
			b: valuesOfB.get(path) ?? 'none',
		}))
		.filter((difference) => difference.a !== difference.b);
}

/** Returns all values of a nested object by their path. Arrays are one value. */
function flatten(value: object, prefix = ''): Map<string, string> {
	return new Map(
		Object.entries(value).flatMap(([key, child]: [string, unknown]): Array<[string, string]> =>
			typeof child === 'object' && child !== null && !Array.isArray(child)
				? [...flatten(child, `${prefix}${key}.`)]
				: [[`${prefix}${key}`, typeof child === 'string' ? child : JSON.stringify(child)]],
		),
	);
}
