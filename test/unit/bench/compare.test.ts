import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../../bench/usageError';
import { compareReport } from '../../../bench/compare/compare';
import { readResult } from '../../../bench/compare/read';
import { jsonReport } from '../../../bench/reports/json';
import type { BenchResult } from '../../../bench/result';
import { fixtureResult, outcomes } from './reports/fixture';
import { distribution } from './reports/samples';

/** 2,000 first tokens, spread over 100 ms from this one on. */
function from(start: number, change: Partial<BenchResult> = {}): BenchResult {
	const { distributions } = fixtureResult();
	const ttft = distribution(Array.from({ length: 2000 }, (_, index) => start + index / 20));
	return fixtureResult({ distributions: { ...distributions, ttft }, ...change });
}

function compared(a: BenchResult, b: BenchResult): string {
	return compareReport({ name: 'a.json', result: a }, { name: 'b.json', result: b }, false);
}

/** The words of the first line that begins with this one. */
function row(name: string, text: string): string[] {
	const line = text.split('\n').find((each) => each.trim().startsWith(`${name} `));
	return line?.trim().split(/ {2,}/) ?? [];
}

describe('two runs of one set-up', () => {
	it.each<[string, number, string[]]>([
		['higher', 120, ['150', '170', '+20', '1.13', 'B higher']],
		['lower', 80, ['150', '130', '-20', '0.867', 'B lower']],
		['a little higher', 101, ['150', '151', '+1', '1.01', 'not told apart']],
		['a little lower', 99, ['150', '149', '-1', '0.993', 'not told apart']],
		['the same', 100, ['150', '150', '0', '1', 'not told apart']],
	])('a verdict where the intervals do not overlap: %s', (_, start, cells) => {
		const text = compared(from(100), from(start));
		expect(row('ttft.p50', text)).toEqual(['ttft.p50', ...cells]);
		expect(text).toContain('Verdicts hold for these two runs only');
		expect(text).not.toContain('Differences');
	});

	it('none for a percentile that one of them lacks, and no row for one that both lack', () => {
		const few = fixtureResult();
		few.distributions.ttft = distribution([100, 110, 120, 130, 140, 150]);
		const text = compared(from(100), few);
		expect(row('ttft.p95', text)).toEqual(['ttft.p95', '195', '–', '–', '–', '–']);
		expect(row('ttft.p99.9', text)).toEqual([]);
	});

	it('shows the whole runs and how they ended, without a verdict', () => {
		const { scalars } = fixtureResult();
		const b = from(100, {
			scalars: { ...scalars, goodput: 49.325, 'stall.share': 1.5, 'throughput.tokens': null },
			outcomes: outcomes({ completed: 1000, tls: 1000 }),
		});
		const text = compared(from(100), b);
		expect(row('goodput', text)).toEqual(['goodput', '98.65 %', '49.33 %', '-49.3', '0.5']);
		expect(row('stall.share', text)).toEqual(['stall.share', '0 %', '1.5 %', '+1.5', '–']);
		expect(row('throughput.tokens', text).slice(2)).toEqual(['–', '–', '–']);
		expect(row('completed', text)).toEqual(['completed', '1,974 (98.7 %)', '1,000 (50 %)']);
		expect(row('tls', text)).toEqual(['tls', '0 (0 %)', '1,000 (50 %)']);
	});

	it('may be of two servers: that is said, and forbids nothing', () => {
		const target = { base_url: 'http://127.0.0.1/v1', version: '1.14.0', app: null };
		const text = compared(from(100), from(120, { target }));
		expect(text).toContain('Differences between the targets');
		expect(row('target.version', text)).toEqual(['target.version', '1.13.1', '1.14.0']);
		expect(row('ttft.p50', text)).toContain('B higher');
	});

	it('repeats what each of them warns of', () => {
		const text = compared(from(100), from(100, { interrupted: true }));
		expect(text.indexOf('! Interrupted')).toBeGreaterThan(text.indexOf('B  b.json'));
	});

	it('does not tell one from the other by whether texts were kept', () => {
		const { plan } = fixtureResult();
		const kept = { ...plan, queries: { ...plan.queries, texts: ['Hello'] } };
		expect(compared(from(100), from(100, { plan: kept }))).not.toContain('No verdict');
	});
});

describe('what forbids a verdict is said first', () => {
	const { plan, machine } = fixtureResult();

	it.each<[string, Partial<BenchResult>, string[]]>([
		['another machine', { machine: { ...machine, cores: 4 } }, ['machine.cores', '2', '4']],
		[
			'another Node.js',
			{ machine: { ...machine, node: '24.0.0' } },
			['machine.node', '22.22.0', '24.0.0'],
		],
		['another dify-bench', { version: '0.2.0' }, ['dify_bench', '0.1.0', '0.2.0']],
		[
			'another load',
			{ plan: { ...plan, load: { model: 'open', rate: 5, arrival: 'poisson' } } },
			['plan.load.model', 'closed', 'open'],
		],
		[
			'another dataset',
			{ plan: { ...plan, queries: { count: 12, sha256: '0'.repeat(64) } } },
			['plan.queries.sha256', plan.queries.sha256, '0'.repeat(64)],
		],
		[
			'another limit',
			{ plan: { ...plan, goodput_limits: [] } },
			['plan.goodput_limits', '["ttft < 800","e2e < 5s"]', '[]'],
		],
		['other tokens', { tokens_from: 'text_events' }, ['tokens_from', 'usage', 'text_events']],
	])('%s', (_, change, cells) => {
		const text = compared(from(100), from(200, change));
		expect(text).toMatch(/^No verdict: the runs were set up differently\.\n/);
		expect(row(cells[0]!, text)).toEqual(cells);
		expect(text.indexOf('Differences in set-up')).toBeLessThan(text.indexOf('Times, in ms'));
		expect(row('ttft.p50', text)).toHaveLength(5);
	});

	it('an INVALID measurement', () => {
		const text = compared(from(100), from(200, { verdict: { status: 'INVALID', checks: [] } }));
		expect(text).toMatch(/^No verdict: the measurement of b\.json is INVALID\.\n/);
		expect(text).not.toContain('B higher');
	});
});

describe('reading a result', () => {
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
		return readResult(path);
	}

	it('gives back what --json wrote', () => {
		const result = fixtureResult();
		expect(read(jsonReport(result))).toEqual(result);
	});

	it.each([
		['no JSON', '{"format":', /result\.json is no JSON: /],
		[
			'another JSON',
			'[1]',
			/is no result of dify-bench\/1 \(it names no format\): give a file that/,
		],
		['null', 'null', /it names no format/],
		['another format', '{"format":"dify-bench/9"}', /its format is dify-bench\/9/],
	])('says what is wrong with %s', (_, content, message) => {
		expect(() => read(content)).toThrow(UsageError);
		expect(() => read(content)).toThrow(message);
	});

	it('names a file that is not there', () => {
		expect(() => readResult(join(folder, 'none.json'))).toThrow(
			/none\.json cannot be read: ENOENT/,
		);
	});
});
