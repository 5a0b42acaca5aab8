import { warnings } from '../reports/facts';
import type { Paint } from '../reports/terminalText';
import { painter, textTable } from '../reports/terminalText';
import type { BenchResult } from '../result';
import { printable } from '../reports/format';
import { setupDifferences, targetDifferences } from './setup';
import { differencesTable, outcomesTable, scalarsTable, timesTable } from './tables';

/** A result and what to call it: its file. */
export interface Run {
	name: string;
	result: BenchResult;
}

/**
 * Two runs side by side, with a newline at the end. A verdict is given for each time of which the
 * intervals do not overlap, and for none where the set-up differs or a measurement is INVALID.
 */
export function compareReport(a: Run, b: Run, isColoured: boolean): string {
	const paint = painter(isColoured);
	const setup = setupDifferences(a.result, b.result);
	const invalid = [a, b].filter(({ result }) => result.verdict.status === 'INVALID');
	const isJudged = setup.length === 0 && invalid.length === 0;
	const obstacles = [
		...(setup.length > 0 ? ['the runs were set up differently'] : []),
		...invalid.map(({ name }) => `the measurement of ${printable(name)} is INVALID`),
	];
	const judgement = isJudged
		? 'Verdicts hold for these two runs only: for two servers, compare several pairs of runs, taken in turn.'
		: paint('red', `No verdict: ${obstacles.join(', ')}.`);
	const tables = [
		differencesTable('Differences in set-up', setup),
		differencesTable('Differences between the targets', targetDifferences(a.result, b.result)),
		timesTable(a.result, b.result, isJudged),
		scalarsTable(a.result, b.result),
		outcomesTable(a.result, b.result),
	];
	const blocks = [
		[judgement, ...runLines('A', a, paint), ...runLines('B', b, paint)],
		...tables.filter(({ rows }) => rows.length > 0).map((table) => textTable(table, paint)),
	];
	return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function runLines(letter: string, { name, result }: Run, paint: Paint): string[] {
	const { verdict, started_at: startedAt, target } = result;
	return [
		`${paint('bold', letter)}  ${printable(`${name}: ${verdict.status}, ${startedAt}, ${target.base_url}`)}`,
		...warnings(result).map((warning) => paint('red', `   ! ${warning}`)),
	];
}
