import { UsageError } from '../../../bench/usageError';
import { parseAssertion } from '../../../bench/thresholds/assertions';
import { exitCode } from '../../../bench/thresholds/exitCode';
import { judge } from '../../../bench/thresholds/judge';
import { ASSERTABLE_METRICS } from '../../../bench/thresholds/metricValues';
import type { Assertion, BenchResult, VerdictStatus } from '../../../bench/result';
import { DISTRIBUTIONS, OUTCOMES, samplesNeeded, SCALARS } from '../../../bench/result';
import { fixtureResult, outcomes } from './reports/fixture';
import { distribution } from './reports/samples';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** A result with 200 first tokens after 1, 2, … 200 ms, and 990 completed of 1,000 requests. */
function measured(change: Partial<BenchResult> = {}): BenchResult {
	const base = fixtureResult();
	return fixtureResult({
		distributions: { ...base.distributions, ttft: distribution(upTo(200)) },
		outcomes: outcomes({ completed: 990, http_5xx: 10 }),
		...change,
	});
}

function judged(text: string, result = measured()): Assertion {
	const [assertion] = judge([parseAssertion(text)], result);
	return assertion!;
}

describe('samplesNeeded:', () => {
	it.each([
		['p50', 5],
		['p90', 29],
		['p95', 59],
		['p99', 299],
		['p99.9', 2995],
	] as const)('%s needs %d samples', (percentile, needed) => {
		expect(samplesNeeded(percentile)).toBe(needed);
	});
});

describe('parseAssertion:', () => {
	it('accepts every metric of a result', () => {
		const names = [...ASSERTABLE_METRICS.keys()];
		expect(names).toHaveLength(
			DISTRIBUTIONS.length * 8 + Object.keys(SCALARS).length + OUTCOMES.length,
		);
		for (const name of names) expect(parseAssertion(`${name}<1`)).toMatchObject({ limit: 1 });
	});

	it.each([
		['ttft.p95 < 800', { operator: '<', limit: 800, unit: 'ms' }],
		['ttft.p95<800ms', { operator: '<', limit: 800, unit: 'ms' }],
		['  ttft.p99.9 <= .8 s  ', { operator: '<=', limit: 800, unit: 'ms' }],
		['server.latency.p50 > 0', { operator: '>', limit: 0, unit: 'ms' }],
		['throughput.streams >= 20/s', { operator: '>=', limit: 20, unit: '/s' }],
		['in_flight.peak == 64', { operator: '==', limit: 64, unit: '' }],
		['stall.share < 1.5 %', { operator: '<', limit: 1.5, unit: '%' }],
		['stall.max < 2s', { operator: '<', limit: 2000, unit: 'ms' }],
		['goodput>=95', { operator: '>=', limit: 95, unit: '%' }],
		['outcome.completed >= 99%', { operator: '>=', limit: 99, unit: '%' }],
		['outcome.http_5xx == 0', { operator: '==', limit: 0, unit: '' }],
	])('parses %j', (text, expected) => {
		expect(parseAssertion(text)).toMatchObject({ text, ...expected });
	});

	it.each([
		['', 1, 'ttft, ttft_service'],
		['tttf.p95 < 1', 1, 'goodput, outcome.completed'],
		['ttft < 1', 5, '.p50, .p90, .p95, .p99, .p99.9, .mean, .min, .max'],
		['  ttft.p97 < 1', 8, 'p50, p90, p95, p99, p99.9, mean, min, max'],
		['stall.shar < 1', 7, 'max, share'],
		['server.p95 < 1', 8, 'latency, time_to_first_token'],
		['outcome.complete > 1', 9, 'completed, dify_error'],
		['ttft.p95 = 1', 10, '<=, >=, ==, <, >'],
		['ttft.p95', 9, '<=, >=, ==, <, >'],
		['ttft.p95 < ', 12, 'a number'],
		['ttft.p95 < fast', 12, 'a number'],
		['ttft.p95 < 8 %', 14, 'no unit, ms, s'],
		['goodput > 8ms', 12, 'no unit, %'],
		['in_flight.peak < 8/s', 19, 'no unit'],
		['ttft.p95 < 8 ms please', 17, 'the end of the assertion'],
	])('marks the error in %j', (text, character, candidates) => {
		let message = '';
		try {
			parseAssertion(text);
		} catch (error) {
			expect(error).toBeInstanceOf(UsageError);
			message = (error as Error).message;
		}
		const [first, quoted, pointer] = message.split('\n');
		expect(first).toBe(`--assert '${text}' cannot be parsed at character ${character}:`);
		expect(quoted).toBe(`  ${text}`);
		expect(pointer!.indexOf('^')).toBe(2 + character - 1);
		expect(pointer).toContain(candidates);
	});
});

describe('judge:', () => {
	it.each([
		['ttft.p50 < 102', true, 101],
		['ttft.p50 < 101', false, 101],
		['ttft.p50 <= 101', true, 101],
		['ttft.max == 0.2s', true, 200],
		['ttft.min > 1', false, 1],
		['ttft.min >= 1', true, 1],
		['ttft.mean == 100.5', true, 100.5],
		['outcome.completed >= 99%', true, 99],
		['outcome.completed > 99 %', false, 99],
		['outcome.http_5xx <= 10', true, 10],
		['outcome.tls == 0', true, 0],
		['stall.share == 0', true, 0],
	])('%s is %s', (text, passed, actual) => {
		expect(judged(text)).toMatchObject({ text, passed, actual });
	});

	it('states the value and the limit of a broken limit', () => {
		expect(judged('ttft.p95 < 0.1s').reason).toBe('191 ms is not < 100 ms');
	});

	it.each([
		['ttfvt.p95 < 1000', 'ttfvt was not measured: no request has a value for it'],
		['ttfvt.max >= 0', 'ttfvt was not measured: no request has a value for it'],
		['ttft.p99 < 1000', 'p99 needs 299 samples, ttft has 200: send more requests'],
		['throughput.tokens >= 0', 'throughput.tokens was not measured'],
	])('fails an assertion without a value: %s', (text, reason) => {
		const result = measured();
		result.scalars['throughput.tokens'] = null;
		expect(judged(text, result)).toMatchObject({ passed: false, actual: null, reason });
	});

	it('fails a share if no request was planned', () => {
		const result = measured({ outcomes: outcomes({}) });
		expect(judged('outcome.completed >= 0%', result)).toMatchObject({
			passed: false,
			reason: 'no request was planned',
		});
	});

	describe('with requests that were still waiting at the end:', () => {
		const { distributions } = fixtureResult();
		const cut = measured({
			distributions: { ...distributions, ttft: distribution(upTo(200), 12) },
		});

		it.each([
			['ttft.p95 < 200', false, 3],
			['ttft.p95 < 100', false, 1],
			['ttft.p95 > 100', true, 0],
			['ttft.p95 > 200', false, 3],
			// 6 % of the requests were waiting, which does not affect the median.
			['ttft.p50 < 200', true, 0],
		])('%s is %s, exit code %d', (text, passed, code) => {
			const assertion = judged(text, cut);
			expect(assertion.passed).toBe(passed);
			expect(exitCode({ ...cut, assertions: [assertion] }, { isStrict: false })).toBe(code);
		});
	});
});

describe('exitCode:', () => {
	function codeOf(status: VerdictStatus, texts: string[], isStrict = false): number {
		const result = measured({ verdict: { status, checks: [] } });
		result.assertions = judge(texts.map(parseAssertion), result);
		return exitCode(result, { isStrict });
	}
	const passed = 'ttft.p50 < 800';
	const broken = 'ttft.p50 < 8';
	const lacking = 'ttft.p99 < 800';
	const unmeasured = 'ttfvt.p50 < 800';

	it.each<[VerdictStatus, string[], boolean, number]>([
		['VALID', [], false, 0],
		['VALID', [passed], true, 0],
		['DEGRADED', [passed], false, 0],
		['VALID', [passed, broken], false, 1],
		['VALID', [unmeasured], false, 1],
		['VALID', [passed, lacking], false, 3],
		['VALID', [lacking, broken], false, 1],
		['DEGRADED', [passed], true, 4],
		['INVALID', [passed], false, 4],
		['INVALID', [broken], false, 4],
	])('%s with %j and strict %s is %d', (status, texts, isStrict, code) => {
		expect(codeOf(status, texts, isStrict)).toBe(code);
	});
});
