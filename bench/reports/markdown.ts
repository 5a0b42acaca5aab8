import type { BenchResult, DistributionName, ScalarName } from '../result';
import { SCALARS } from '../result';
import { quantity } from './format';
import { escapeMarkdown as escape } from './escape';
import { facts, VERDICT_MEANS, warnings } from './facts';
import type { Cell, Table, Tone } from './tables';
import {
	assertionsTable,
	checksTable,
	distributionsTable,
	outcomesTable,
	STATUS_TONE,
} from './tables';

const SIGN: Record<Tone, string> = { good: '✅ ', warn: '⚠️ ', bad: '❌ ', plain: '' };
const KEY_TIMES: DistributionName[] = ['ttft', 'delivery_gap', 'tpot', 'e2e'];
const KEY_SCALARS: ScalarName[] = [
	'throughput.streams',
	'throughput.tokens',
	'in_flight.peak',
	'goodput',
];

/** What a job's summary shows of a result: GitHub's Markdown, with the key numbers only. */
export function markdownReport(result: BenchResult): string {
	const { status } = result.verdict;
	const tables = [
		...(status === 'VALID' ? [] : [checksTable(result)]),
		assertionsTable(result),
		distributionsTable(result, KEY_TIMES),
		outcomesTable(result),
	];
	const scalars = KEY_SCALARS.filter((name) => result.scalars[name] !== null).map(
		(name) => `${escape(name)} **${quantity(result.scalars[name], SCALARS[name])}**`,
	);
	const blocks = [
		`## ${SIGN[STATUS_TONE[status]]}dify-bench: ${status}`,
		`${VERDICT_MEANS[status]}.`,
		...warnings(result).map((warning) => `> [!WARNING]\n> ${escape(warning)}`),
		facts(result)
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
	return `${SIGN[tone]}${escape(text)}${detail === undefined ? '' : `<br><sub>${detail}</sub>`}`;
}
