import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../../bench/usageError';
import { compareReport } from '../../../bench/compare/compareReport';
import { jsonReport, readJsonReport } from '../../../bench/reports/json';
import type { BenchResult } from '../../../bench/result';
import { fixtureResult, outcomes } from './reports/fixture';
import { distribution } from './reports/samples';

/** Returns a result whose 2,000 times to first token are spread over 100 ms from `start` on. */
function resultFrom(start: number, change: Partial<BenchResult> = {}): BenchResult {
	const { distributions } = fixtureResult();
	const ttft = distribution(Array.from({ length: 2000 }, (_, index) => start + index / 20));
	return fixtureResult({ distributions: { ...distributions, ttft }, ...change });
}

function compare(a: BenchResult, b: BenchResult): string {
	return compareReport({ name: 'a.json', result: a }, { name: 'b.json', result: b }, false);
}

/** Returns the cells of the first line that begins with the name. */
function row(name: string, text: string): string[] {
	const line = text.split('\n').find((each) => each.trim().startsWith(`${name} `));
	return line?.trim().split(/ {2,}/) ?? [];
}

describe('dify-bench compare, runs with the same setup:', () => {
	it.each<[string, number, string[]]>([
		['higher', 120, ['150', '170', '+20', '1.13', 'B higher']],
		['lower', 80, ['150', '130', '-20', '0.867', 'B lower']],
		['a little higher', 101, ['150', '151', '+1', '1.01', 'bounds overlap']],
		['a little lower', 99, ['150', '149', '-1', '0.993', 'bounds overlap']],
		['the same', 100, ['150', '150', '0', '1', 'bounds overlap']],
	])('gives a verdict only if the bounds do not overlap: %s', (_, start, cells) => {
		const text = compare(resultFrom(100), resultFrom(start));
		expect(row('ttft.p50', text)).toEqual(['ttft.p50', ...cells]);
		expect(text).toContain('The verdicts apply to these two runs only');
		expect(text).not.toContain('Different ');
	});

	it('gives no verdict for a percentile that one run lacks, and no row if both lack it', () => {
		const few = fixtureResult();
		few.distributions.ttft = distribution([100, 110, 120, 130, 140, 150]);
		const text = compare(resultFrom(100), few);
		expect(row('ttft.p95', text)).toEqual(['ttft.p95', '195', '–', '–', '–', '–']);
		expect(row('ttft.p99.9', text)).toEqual([]);
	});

	it('shows scalars and outcomes without a verdict', () => {
		const { scalars } = fixtureResult();
		const b = resultFrom(100, {
			scalars: { ...scalars, goodput: 49.325, 'stall.share': 1.5, 'throughput.tokens': null },
			outcomes: outcomes({ completed: 1000, tls: 1000 }),
		});
		const text = compare(resultFrom(100), b);
		expect(row('goodput', text)).toEqual(['goodput', '98.65 %', '49.33 %', '-49.3', '0.5']);
		expect(row('stall.share', text)).toEqual(['stall.share', '0 %', '1.5 %', '+1.5', '–']);
		expect(row('throughput.tokens', text).slice(2)).toEqual(['–', '–', '–']);
		expect(row('completed', text)).toEqual(['completed', '1,974 (98.7 %)', '1,000 (50 %)']);
		expect(row('tls', text)).toEqual(['tls', '0 (0 %)', '1,000 (50 %)']);
	});

	it('mentions different targets and still gives verdicts', () => {
		const target = { base_url: 'http://127.0.0.1/v1', version: '1.14.0', app: null };
		const text = compare(resultFrom(100), resultFrom(120, { target }));
		expect(text).toContain('Different target');
		expect(row('target.version', text)).toEqual(['target.version', '1.13.1', '1.14.0']);
		expect(row('ttft.p50', text)).toContain('B higher');
	});

	it('repeats the warnings of each run', () => {
		const text = compare(resultFrom(100), resultFrom(100, { interrupted: true }));
		expect(text.indexOf('! Interrupted')).toBeGreaterThan(text.indexOf('B  b.json'));
	});

	it('ignores whether a result contains the query texts', () => {
		const { plan } = fixtureResult();
		const kept = { ...plan, queries: { ...plan.queries, texts: ['Hello'] } };
		expect(compare(resultFrom(100), resultFrom(100, { plan: kept }))).not.toContain('No verdict');
	});
});

describe('dify-bench compare, no verdict with', () => {
	const { plan, machine } = fixtureResult();

	it.each<[string, Partial<BenchResult>, string[]]>([
		['a different machine', { machine: { ...machine, cores: 4 } }, ['machine.cores', '2', '4']],
		[
			'a different Node.js version',
			{ machine: { ...machine, node: '24.0.0' } },
			['machine.node', '22.22.0', '24.0.0'],
		],
		['a different dify-bench version', { version: '0.2.0' }, ['dify_bench', '0.1.0', '0.2.0']],
		[
			'a different load model',
			{ plan: { ...plan, load: { model: 'open', rate: 5, arrival: 'poisson' } } },
			['plan.load.model', 'closed', 'open'],
		],
		[
			'different queries',
			{ plan: { ...plan, queries: { count: 12, sha256: '0'.repeat(64) } } },
			['plan.queries.sha256', plan.queries.sha256, '0'.repeat(64)],
		],
		[
			'a different goodput limit',
			{ plan: { ...plan, goodput_limits: [] } },
			['plan.goodput_limits', '["ttft < 800","e2e < 5s"]', '[]'],
		],
		[
			'a different token count',
			{ tokens_from: 'text_events' },
			['tokens_from', 'usage', 'text_events'],
		],
	])('%s', (_, change, cells) => {
		const text = compare(resultFrom(100), resultFrom(200, change));
		expect(text).toMatch(/^No verdict: the runs have different setups\.\n/);
		expect(row(cells[0]!, text)).toEqual(cells);
		expect(text.indexOf('Different setup')).toBeLessThan(text.indexOf('Times in ms'));
		expect(row('ttft.p50', text)).toHaveLength(5);
	});

	it('an INVALID measurement', () => {
		const text = compare(
			resultFrom(100),
			resultFrom(200, { verdict: { status: 'INVALID', checks: [] } }),
		);
		expect(text).toMatch(/^No verdict: the measurement of b\.json is INVALID\.\n/);
		expect(text).not.toContain('B higher');
	});
});

describe('readJsonReport:', () => {
	let folder: string;
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'dify-bench-compare-'));
	});
	afterAll(() => {
		rmSync(folder, { recursive: true });
	});

	function read(content: string): BenchResult {
		const path = join(folder, 'result.json');
		writeFileSync(path, content);
		return readJsonReport(path);
	}

	it('returns the result that --json wrote', () => {
		const result = fixtureResult();
		expect(read(jsonReport(result))).toEqual(result);
	});

	it.each([
		['invalid JSON', '{"format":', /result\.json is not valid JSON: /],
		[
			'JSON of another program',
			'[1]',
			/is not a dify-bench\/1 result \(it has no format\)\. Use a file that/,
		],
		['null', 'null', /it has no format/],
		['a different format', '{"format":"dify-bench/9"}', /its format is dify-bench\/9/],
	])('rejects %s', (_, content, message) => {
		expect(() => read(content)).toThrow(UsageError);
		expect(() => read(content)).toThrow(message);
	});

	it('rejects a missing file', () => {
		expect(() => readJsonReport(join(folder, 'none.json'))).toThrow(
			/none\.json cannot be read: ENOENT/,
		);
	});
});
