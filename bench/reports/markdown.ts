import type { BenchResult, DistributionName, ScalarName } from '../result';
import { SCALARS } from '../result';
import { formatQuantity } from './format';
import { describeRun, listWarnings, VERDICT_MEANINGS } from './header';
import type { Cell, Table, Tone } from './tables';
import {
	assertionsTable,
	checksTable,
	distributionsTable,
	outcomesTable,
	STATUS_TONES,
} from './tables';
import { escapeMarkdown as escape } from './untrustedText';

const SIGNS: Record<Tone, string> = { good: '✅ ', warn: '⚠️ ', bad: '❌ ', plain: '' };
const KEY_TIMES: DistributionName[] = ['ttft', 'delivery_gap', 'tpot', 'e2e'];
const KEY_SCALARS: ScalarName[] = [
	'throughput.streams',
	'throughput.tokens',
	'in_flight.peak',
	'goodput',
];

/** Returns a summary with the key numbers in GitHub's Markdown, for the summary page of a CI job. */
export function markdownReport(result: BenchResult): string {
	const { status } = result.verdict;
	const tables = [
		...(status === 'VALID' ? [] : [checksTable(result)]),
		assertionsTable(result),
		distributionsTable(result, KEY_TIMES),
		outcomesTable(result),
	];
	const scalars = KEY_SCALARS.filter((name) => result.scalars[name] !== null).map(
		(name) => `${escape(name)} **${formatQuantity(result.scalars[name], SCALARS[name])}**`,
	);
	const blocks = [
		`## ${SIGNS[STATUS_TONES[status]]}dify-bench: ${status}`,
		`${VERDICT_MEANINGS[status]}.`,
		...listWarnings(result).map((warning) => `> [!WARNING]\n> ${escape(warning)}`),
		describeRun(result)
			.map(({ label, text }) => `- **${label}**: ${escape(text)}`)
			.join('\n'),
		...tables.filter(({ rows }) => rows.length > 0).map(markdownTable),
		scalars.join(' · '),
	];
	return `${blocks.filter((text) => text !== '').join('\n\n')}\n`;
}

function markdownTable({ title, columns, rows, notes }: Table): string {
	const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
	return [
		`### ${title}`,
		'',
		line(columns.map((column) => column.title)),
		line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
		...rows.map((row) => line(row.map(markdownCell))),
		...notes.flatMap((note) => ['', escape(note)]),
	].join('\n');
}

function markdownCell({ text, detail, tone = 'plain' }: Cell): string {
	return `${SIGNS[tone]}${escape(text)}${detail === undefined ? '' : `<br><sub>${detail}</sub>`}`;
}
