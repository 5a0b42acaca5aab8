import { parseAssertion } from '../../../../bench/thresholds/assertions';
import { judge } from '../../../../bench/thresholds/judge';
import { junitReport } from '../../../../bench/reports/junit';
import { markdownReport } from '../../../../bench/reports/markdown';
import { terminalReport } from '../../../../bench/reports/terminal';
import type { BenchResult, VerdictStatus } from '../../../../bench/result';
import { fixtureResult, outcomes } from './fixture';
import { hostileResult } from './hostile';
import { distribution } from './samples';

/** Returns the first line that contains the text, with single spaces between its words. */
function lineWith(text: string, report: string): string | undefined {
	return report
		.split('\n')
		.find((line) => line.includes(text))
		?.trim()
		.replace(/ +/g, ' ');
}

describe('terminal report:', () => {
	const report = (change: Partial<BenchResult> = {}): string =>
		terminalReport(fixtureResult(change), false);

	it('lists each outcome that occurred, with its share and its reasons', () => {
		const text = report();
		expect(lineWith('completed', text)).toBe('completed 1,974 98.7 %');
		expect(lineWith('dify_error', text)).toBe(
			'dify_error 20 1 % 20 × 200 provider_quota_exceeded: Your quota for the model is exhausted',
		);
		expect(text).not.toContain('http_5xx');
	});

	it('never rounds a failure away', () => {
		const text = report({ outcomes: outcomes({ completed: 99_999, tls: 1 }), outcome_details: [] });
		expect(lineWith('completed', text)).toBe('completed 99,999 >99.99 %');
		expect(lineWith('tls', text)).toBe('tls 1 <0.01 %');
	});

	it('prints percentiles with their bounds, and omits those with too few samples', () => {
		const base = fixtureResult();
		const ttft = distribution(Array.from({ length: 100 }, (_, index) => index + 1));
		const lines = report({ distributions: { ...base.distributions, ttft } }).split('\n');
		const at = lines.findIndex((line) => line.startsWith('  ttft '));
		expect(lines[at]!.trim().split(/ +/)).toEqual([
			'ttft',
			'100',
			'51',
			'91',
			'96',
			'–',
			'–',
			'50.5',
			'100',
		]);
		expect(lines[at + 1]!.trim().split(/ +/)).toEqual(['41–60', '85–96', '91–100']);
		expect(lines.join('\n')).toContain(
			'–: too few samples for a 95 % upper bound (p95 needs 59, p99 needs 299, p99.9 needs 2,995)',
		);
	});

	it('lists metrics that were not measured instead of showing zeros', () => {
		const text = report({
			scalars: { ...fixtureResult().scalars, 'throughput.tokens': null, goodput: null },
		});
		expect(text).toContain('Not measured: ttfvt, ttfb, stall, tpot,');
		expect(text).toContain('Not measured: throughput.tokens, goodput');
		expect(lineWith('stall.share', text)).toBe('stall.share 0 %');
	});

	it('shows assertions with the measured values', () => {
		const result = fixtureResult();
		const limits = ['outcome.completed >= 98.7%', 'outcome.http_429<5', 'ttfvt.p50 < 1s'];
		const text = report({ assertions: judge(limits.map(parseAssertion), result) });
		expect(lineWith('98.7%', text)).toBe('outcome.completed >= 98.7% passed 98.7 %');
		expect(lineWith('429<5', text)).toBe('outcome.http_429<5 failed 5 5 is not < 5');
		expect(lineWith('ttfvt.p50', text)).toMatch(/failed – ttfvt was not measured/);
		expect(report()).not.toContain('Assertions');
	});

	it('differs from the plain report only by colors', () => {
		const result = fixtureResult();
		const colored = terminalReport(result, true);
		const escapes = /\x1b\[\d+m/g;
		expect(colored).toMatch(escapes);
		expect(colored.replace(escapes, '')).toBe(terminalReport(result, false));
	});
});

describe('JUnit report:', () => {
	it.each<[VerdictStatus, RegExp, string]>([
		['VALID', /<system-out>VALID: [^<]*<\/system-out>/, 'failures="1" errors="0" skipped="0"'],
		[
			'DEGRADED',
			/<skipped message="DEGRADED: [^"]*; gc: busy"\/>/,
			'failures="1" errors="0" skipped="1"',
		],
		[
			'INVALID',
			/<error message="INVALID: [^"]*; gc: busy"\/>/,
			'failures="1" errors="1" skipped="0"',
		],
	])('has a test case for the verdict %s and for each assertion', (status, verdict, counts) => {
		const limits = ['ttft.p50 < 800', 'ttft.p50 < 8'].map(parseAssertion);
		const text = junitReport(
			fixtureResult({
				verdict: { status, checks: [{ name: 'gc', status, message: 'busy' }] },
				assertions: judge(limits, fixtureResult()),
			}),
		);
		expect(text).toMatch(verdict);
		expect(text).toContain(`tests="3" ${counts} time="61.240"`);
		expect(text).toMatch(/name="ttft.p50 &lt; 800"><system-out>measured: [\d.]+ ms</);
		expect(text).toMatch(/name="ttft.p50 &lt; 8"><failure message="[\d.]+ ms is not &lt; 8 ms"\/>/);
	});

	it('is well-formed with hostile text from the server', () => {
		const tags = junitReport(hostileResult()).replace(/<\/?[\w-]+( [\w-]+="[^"<]*")*\/?>/g, '');
		expect(tags.replace('<?xml version="1.0" encoding="UTF-8"?>', '')).not.toMatch(/[<"]/);
	});
});

describe('Markdown report:', () => {
	it('keeps each table row on one line and escapes markup of the server', () => {
		const rows = markdownReport(hostileResult())
			.split('\n')
			.filter((line) => line.startsWith('| ❌ dify'));
		expect(rows).toHaveLength(1);
		expect(rows[0]!.match(/(?<!\\)\|/g)).toHaveLength(5);
		expect(rows[0]!.replace(/\\./g, '')).not.toMatch(/[<*`]/);
	});

	it('is short: key numbers, and self-checks only if the verdict is not VALID', () => {
		const text = markdownReport(fixtureResult());
		expect(text.length).toBeLessThan(3000);
		expect(text).not.toContain('dispatch\\_delay');
		expect(text).not.toContain('Self-checks of the measurement');
		expect(markdownReport(hostileResult())).toContain('Self-checks of the measurement');
		expect(text).toContain('throughput.streams **32.2/s**');
	});
});
