import type { BenchResult } from '../result';
import { printable } from './format';
import { facts, VERDICT_MEANS, warnings } from './facts';
import {
	assertionsTable,
	checksTable,
	distributionsTable,
	outcomesTable,
	scalarsTable,
	STATUS_TONE,
} from './tables';
import type { Paint } from './terminalText';
import { painter, textTable, TONE_STYLE } from './terminalText';

/** The result for a terminal or a log, with a newline at its end. */
export function terminalReport(result: BenchResult, isColoured: boolean): string {
	const paint = painter(isColoured);
	const tables = [
		checksTable(result),
		outcomesTable(result),
		distributionsTable(result),
		scalarsTable(result),
		assertionsTable(result),
	];
	const blocks = [
		opening(result, paint),
		...tables.filter(({ rows }) => rows.length > 0).map((table) => textTable(table, paint)),
	];
	return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function opening(result: BenchResult, paint: Paint): string[] {
	const { status } = result.verdict;
	const style = TONE_STYLE[STATUS_TONE[status]] ?? 'bold';
	const rows = facts(result);
	const width = Math.max(...rows.map(({ label }) => label.length));
	const row = (label: string, text: string): string =>
		`${paint('dim', label.padEnd(width))}  ${text}`;
	return [
		...warnings(result).map((warning) => paint('red', `! ${warning}`)),
		...rows.map(({ label, text }) => row(label, printable(text))),
		row('Verdict', `${paint(style, status)}: ${VERDICT_MEANS[status]}`),
	];
}
