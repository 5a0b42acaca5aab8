import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { htmlReport } from '../../../../bench/reports/html/page';
import type { Chart } from '../../../../bench/reports/html/charts';
import { createCharts } from '../../../../bench/reports/html/charts';
import { waterfall } from '../../../../bench/reports/html/waterfall';
import type { BinnedHistogram } from '../../../../bench/result';
import { fixtureResult } from './fixture';
import { hostileResult } from './hostile';

/** Returns the attributes and the content of each script element. */
function scriptsOf(page: string): Array<{ attributes: string; text: string }> {
	return [...page.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)].map(
		([, attributes = '', text = '']) => ({ attributes, text }),
	);
}

/** Returns the page without the content of its scripts. */
function markupOf(page: string): string {
	return scriptsOf(page).reduce((rest, { text }) => rest.replace(text, () => ''), page);
}

describe('HTML report:', () => {
	const page = htmlReport(fixtureResult());
	const scripts = scriptsOf(page);

	it('shows the verdict and the method before any number', () => {
		const places = ['VALID', 'dispatch engine, streaming', 'Times in ms', 'id="chart-ttft"'].map(
			(text) => page.indexOf(text, page.indexOf('<body>')),
		);
		expect(places).toEqual([...places].sort((one, other) => one - other));
		expect(places[0]).toBeGreaterThan(0);
	});

	it('loads no external resources', () => {
		expect(markupOf(page)).not.toMatch(
			/ (src|href|srcset|data|action)=|@import|url\(|<link|<iframe/,
		);
	});

	it('allows only its own two scripts to run', () => {
		const run = scripts.filter(({ attributes }) => attributes === '');
		expect(run).toHaveLength(2);
		expect(scripts).toHaveLength(3);
		const hashes = run.map(
			({ text }) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
		);
		expect(page).toContain(`script-src ${hashes.join(' ')}"`);
		for (const { text } of run) expect(() => new Script(text)).not.toThrow();
		expect(run[0]!.text).toContain('Leon Sorokin');
	});

	it('has an element for each chart', () => {
		const data = scripts.find(({ attributes }) => attributes.includes('application/json'))!;
		const charts = JSON.parse(data.text) as Chart[];
		expect(charts.map(({ id }) => id)).toEqual([
			'ttft',
			'ttft-over-time',
			'streams',
			'events',
			'in-flight',
			'gaps',
		]);
		for (const { id, x, series } of charts) {
			expect(page).toContain(`id="chart-${id}"`);
			for (const { values } of series) expect(values).toHaveLength(x.length);
		}
	});

	it('omits charts and waterfall if nothing was measured', () => {
		const empty: BinnedHistogram = { edges: [0, 1], counts: [0] };
		const bare = htmlReport(
			fixtureResult({
				slowest: null,
				seconds: [],
				histograms: { ttft: empty, delivery_gap: { edges: [], counts: [] } },
			}),
		);
		expect(markupOf(bare)).not.toMatch(/id="chart-|Stream with the longest|NaN|undefined/);
	});

	it('escapes text of the server', () => {
		const hostile = htmlReport(hostileResult());
		expect(scriptsOf(hostile)).toHaveLength(3);
		expect(hostile).not.toMatch(/<img|<b>/);
		expect(hostile).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;');
		expect(hostile.slice(0, hostile.indexOf('</title>'))).toContain(
			'<title>dify-bench: &lt;/script',
		);
	});
});

describe('HTML report histograms:', () => {
	function bins(histogram: BinnedHistogram): Chart {
		const { delivery_gap } = fixtureResult().histograms;
		return createCharts(fixtureResult({ histograms: { ttft: histogram, delivery_gap } }))[0]!;
	}

	it('drop empty bins at both ends, but not in between', () => {
		const { edges, series } = bins({ edges: [0, 1, 2, 4, 8, 16], counts: [0, 3, 0, 5, 0] });
		expect(edges).toEqual([1, 2, 4, 8]);
		expect(series[0]!.values).toEqual([3, 0, 5]);
	});

	it('merge neighboring bins if there are too many, without losing samples', () => {
		const counts = Array.from({ length: 1001 }, (_, index) => index + 1);
		const { edges, series } = bins({ edges: Array.from({ length: 1002 }, (_, i) => i), counts });
		const values = series[0]!.values as number[];
		expect(values.length).toBeLessThanOrEqual(60);
		expect(edges).toHaveLength(values.length + 1);
		expect([edges![0], edges!.at(-1)]).toEqual([0, 1001]);
		expect(values.reduce((sum, count) => sum + count)).toBe((1001 * 1002) / 2);
	});
});

describe('HTML report waterfall:', () => {
	const at = (
		t: number,
		event = 'message',
	): { t: number; event: string; events: 1; characters: 2 } => ({
		t,
		event,
		events: 1,
		characters: 2,
	});

	it('has a row for each delivery of a short stream', () => {
		const deliveries = [at(10, 'workflow_started'), at(500), at(750), at(1000, 'message_end')];
		const html = waterfall({ request: 7, outcome: 'completed', ttft: 500, e2e: 1000, deliveries });
		expect(html).toContain('Request 8: completed, first token after 500 ms, end after 1,000 ms');
		expect(html.match(/<li>/g)).toHaveLength(4);
		expect(html).toContain(
			'<i class="waiting" style="left:1.00%;width:49.00%"></i><i class="received" style="left:50.00%;width:0.00%">',
		);
	});

	it('keeps a pause visible if deliveries share a row', () => {
		const deliveries = Array.from({ length: 400 }, (_, index) =>
			at(index < 205 ? index : index + 600),
		);
		const html = waterfall({ request: 0, outcome: 'completed', ttft: 0, e2e: 1000, deliveries });
		const rows = html.split('<li>').slice(1);
		expect(rows).toHaveLength(40);
		expect(rows.map((row) => row.match(/"received"/g)!.length)).toEqual(
			rows.map((_, index) => (index === 20 ? 2 : 1)),
		);
	});
});

/** The command of an installed browser. Without one, the tests below are skipped. */
const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => {
	try {
		return execFileSync(name, ['--version'], { stdio: 'ignore' }) === null;
	} catch {
		return false;
	}
});

(chromium === undefined ? describe.skip : describe)('HTML report in Chromium:', () => {
	it.each([
		['a usual run', fixtureResult()],
		['a hostile server', hostileResult()],
	])('draws every chart and runs no other script: %s', (_, result) => {
		const folder = mkdtempSync(join(tmpdir(), 'dify-bench-html-'));
		try {
			const file = join(folder, 'report.html');
			writeFileSync(file, htmlReport(result));
			const dom = execFileSync(
				chromium!,
				[
					'--headless',
					'--no-sandbox',
					'--disable-gpu',
					`--user-data-dir=${folder}`,
					'--dump-dom',
					`file://${file}`,
				],
				{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
			);
			expect(dom.match(/<canvas/g)).toHaveLength(6);
			expect(dom).not.toMatch(/<img/);
		} finally {
			rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
		}
	});
});
