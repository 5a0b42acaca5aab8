import { createHash } from 'node:crypto';
import type { BenchResult } from '../result';
import { escapeMarkup as escape, scriptJson } from './escape';
import { facts, VERDICT_MEANS, warnings } from './facts';
import { chartsOf } from './html/charts';
import { CLIENT } from './html/client';
import { STYLE } from './html/style';
import { htmlTable } from './html/table';
import { uPlotSource } from './html/uplot';
import { waterfall } from './html/waterfall';
import {
	assertionsTable,
	checksTable,
	distributionsTable,
	outcomesTable,
	scalarsTable,
	STATUS_TONE,
} from './tables';

/**
 * The result as one HTML page that needs nothing else: no network, and by its own policy no script but
 * the two that are in it.
 */
export function htmlReport(result: BenchResult): string {
	const uPlot = uPlotSource();
	const charts = chartsOf(result);
	const policy = [
		"default-src 'none'",
		"style-src 'unsafe-inline'",
		`script-src ${[uPlot.script, CLIENT].map(sourceHash).join(' ')}`,
	].join('; ');
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escape(titleOf(result))}</title>
<style>${uPlot.style}${STYLE}</style>
</head>
<body>
${opening(result)}
${htmlTable(checksTable(result))}
${htmlTable(assertionsTable(result))}
${htmlTable(distributionsTable(result))}
${htmlTable(outcomesTable(result))}
<noscript><p class="card">The charts need JavaScript; the numbers do not.</p></noscript>
<div class="charts">
${charts.map(({ id, title }) => `<section><h2>${title}</h2><div id="chart-${id}"></div></section>`).join('\n')}
</div>
${result.slowest === null ? '' : `<section><h2>The slowest stream</h2>${waterfall(result.slowest)}</section>`}
${htmlTable(scalarsTable(result))}
<script type="application/json" id="charts">${scriptJson(charts)}</script>
<script>${uPlot.script}</script>
<script>${CLIENT}</script>
</body>
</html>
`;
}

const titleOf = ({ target, verdict }: BenchResult): string =>
	`dify-bench: ${target.app?.name ?? target.base_url} (${verdict.status})`;

function opening(result: BenchResult): string {
	const { status } = result.verdict;
	const rows = facts(result).map(
		({ label, text }) => `<dt>${escape(label)}</dt><dd>${escape(text)}</dd>`,
	);
	return `<h1>dify-bench <span class="badge ${STATUS_TONE[status]}">${status}</span></h1>
<p>${escape(VERDICT_MEANS[status])}</p>
${warnings(result)
	.map((warning) => `<p class="card warning">${escape(warning)}</p>`)
	.join('\n')}
<dl class="card">
${rows.join('\n')}
</dl>`;
}

function sourceHash(script: string): string {
	return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}
