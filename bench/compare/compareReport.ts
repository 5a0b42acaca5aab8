import { listWarnings } from '../reports/header';
import type { Paint } from '../reports/terminalText';
import { createPaint, terminalTable } from '../reports/terminalText';
import { toPrintable } from '../reports/untrustedText';
import type { BenchResult } from '../result';
import {
	differencesTable,
	outcomeComparison,
	scalarComparison,
	timeComparison,
} from './compareTables';
import { setupDifferences, targetDifferences } from './differences';

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
