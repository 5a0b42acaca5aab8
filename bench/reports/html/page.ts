import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { BenchResult } from '../../result';
import { describeRun, listWarnings, VERDICT_MEANINGS } from '../header';
import type { Cell, Table } from '../tables';
import {
	assertionsTable,
	checksTable,
	distributionsTable,
	outcomesTable,
	scalarsTable,
	STATUS_TONES,
} from '../tables';
import { escapeMarkup as escape, toScriptJson } from '../untrustedText';
import { createCharts } from './charts';
import { CHART_SCRIPT } from './chartScript';
import { STYLE } from './style';
import { waterfall } from './waterfall';

/**
 * Returns the result as one HTML page that works without a network. Its content security policy allows
 * only the two scripts on the page: uPlot and the chart script.
 */
export function htmlReport(result: BenchResult): string {
	const uPlot = readUPlot();
	const charts = createCharts(result);
	const policy = [
		"default-src 'none'",
		"style-src 'unsafe-inline'",
		`script-src ${[uPlot.script, CHART_SCRIPT].map(hashSource).join(' ')}`,
	].join('; ');
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escape(pageTitle(result))}</title>
<style>${uPlot.style}${STYLE}</style>
</head>
<body>
${header(result)}
${htmlTable(checksTable(result))}
${htmlTable(assertionsTable(result))}
${htmlTable(distributionsTable(result))}
${htmlTable(outcomesTable(result))}
<noscript><p class="card">The charts need JavaScript. All other parts of the report work without it.</p></noscript>
<div class="charts">
${charts.map(({ id, title }) => `<section><h2>${title}</h2><div id="chart-${id}"></div></section>`).join('\n')}
</div>
${result.slowest === null ? '' : `<section><h2>Stream with the longest time to first token</h2>${waterfall(result.slowest)}</section>`}
${htmlTable(scalarsTable(result))}
<script type="application/json" id="charts">${toScriptJson(charts)}</script>
<script>${uPlot.script}</script>
<script>${CHART_SCRIPT}</script>
</body>
</html>
`;
}

const pageTitle = ({ target, verdict }: BenchResult): string =>
	`dify-bench: ${target.app?.name ?? target.base_url} (${verdict.status})`;

function header(result: BenchResult): string {
	const { status } = result.verdict;
	const rows = describeRun(result).map(
		({ label, text }) => `<dt>${escape(label)}</dt><dd>${escape(text)}</dd>`,
	);
	return `<h1>dify-bench <span class="badge ${STATUS_TONES[status]}">${status}</span></h1>
<p>${escape(VERDICT_MEANINGS[status])}</p>
${listWarnings(result)
	.map((warning) => `<p class="card warning">${escape(warning)}</p>`)
	.join('\n')}
<dl class="card">
${rows.join('\n')}
</dl>`;
}

/** Returns a section with the table, or an empty string if the table has no rows. */
function htmlTable({ title, columns, rows, notes }: Table): string {
	if (rows.length === 0) return '';
	const cell = ({ text, detail, tone = 'plain' }: Cell, index: number): string => {
		const small = detail === undefined ? '' : `<small>${escape(detail)}</small>`;
		return `<td class="${columns[index]?.align ?? 'left'} ${tone}">${escape(text)}${small}</td>`;
	};
	const titles = columns.map(
		(column) => `<th class="${column.align}">${escape(column.title)}</th>`,
	);
	return `<section>
<h2>${escape(title)}</h2>
<div class="scroll"><table>
<thead><tr>${titles.join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}
</tbody>
</table></div>
${notes.map((note) => `<p class="note">${escape(note)}</p>`).join('\n')}
</section>`;
}

/** Reads uPlot's script and style from its package. The script starts with the license, as it requires. */
function readUPlot(): { script: string; style: string } {
	const read = (path: string): string => readFileSync(path, 'utf8');
	const license = read(require.resolve('uplot/LICENSE'));
	return {
		script: `/*\n${license}*/\n${read(require.resolve('uplot/dist/uPlot.iife.min.js'))}`,
		style: read(require.resolve('uplot/dist/uPlot.min.css')),
	};
}

function hashSource(script: string): string {
	return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}
