import type { BenchResult } from '../result';
import { describeRun, listWarnings, VERDICT_MEANINGS } from './header';
import {
	assertionsTable,
	checksTable,
	distributionsTable,
	outcomesTable,
	scalarsTable,
	STATUS_TONES,
} from './tables';
import type { Paint } from './terminalText';
import { createPaint, terminalTable, TONE_STYLES } from './terminalText';
import { toPrintable } from './untrustedText';

/** Returns the result as text for a terminal or a log, with a final newline. */
export function terminalReport(result: BenchResult, isColored: boolean): string {
	const paint = createPaint(isColored);
	const tables = [
		checksTable(result),
		outcomesTable(result),
		distributionsTable(result),
		scalarsTable(result),
		assertionsTable(result),
	];
	const blocks = [
		header(result, paint),
		...tables.filter(({ rows }) => rows.length > 0).map((table) => terminalTable(table, paint)),
	];
	return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function header(result: BenchResult, paint: Paint): string[] {
	const { status } = result.verdict;
	const style = TONE_STYLES[STATUS_TONES[status]] ?? 'bold';
	const rows = describeRun(result);
	const width = Math.max(...rows.map(({ label }) => label.length));
	const line = (label: string, text: string): string =>
		`${paint('dim', label.padEnd(width))}  ${text}`;
	return [
		...listWarnings(result).map((warning) => paint('red', `! ${warning}`)),
		...rows.map(({ label, text }) => line(label, toPrintable(text))),
		line('Verdict', `${paint(style, status)}: ${VERDICT_MEANINGS[status]}`),
	];
}
