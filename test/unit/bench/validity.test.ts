import type { SelfCheckInput } from '../../../bench/metrics/validity';
import { checkValidity } from '../../../bench/metrics/validity';
import type { Check, Distribution } from '../../../bench/result';
import { fixtureResult } from './reports/fixture';

/** Returns a distribution whose percentiles all have one value. */
function constant(ms: number): Distribution {
	const percentile = { value: ms, low: ms, high: ms };
	return {
		unit: 'ms',
		count: 300,
		censored: 0,
		min: ms,
		mean: ms,
		max: ms,
		percentiles: {
			p50: percentile,
			p90: percentile,
			p95: percentile,
			p99: percentile,
			'p99.9': null,
		},
	};
}

/** Returns the checks of a measurement with these p99 values, for a median TTFT of 200 ms. */
function checksOf(delays: { clientErrorMs: number; dispatchDelayMs: number }): Check[] {
	const input: SelfCheckInput = {
		plan: fixtureResult().plan,
		distributions: {
			ttft: constant(200),
			e2e: constant(1000),
			client_error: constant(delays.clientErrorMs),
			dispatch_delay: constant(delays.dispatchDelayMs),
		},
		elu: 0.1,
		gc: { share: 0.01, longestMs: 2 },
		steal: 0,
		sent: 300,
		due: 300,
		isInterrupted: false,
		outcomeDetails: [],
	};
	return checkValidity(input).checks;
}

describe('self-checks:', () => {
	it('state how late first tokens may be, what share of the TTFT that is, and the limits', () => {
		expect(checksOf({ clientErrorMs: 4.6, dispatchDelayMs: 50 })).toMatchObject([
			{
				name: 'client_error',
				status: 'VALID',
				message:
					'The measured first tokens may be up to 4.600 ms (p99) late. That is 2.3 % of the median ttft (DEGRADED above 5 %, INVALID above 20 %)',
			},
			{
				name: 'dispatch_delay',
				status: 'INVALID',
				message:
					'Requests were sent up to 50.000 ms (p99) later than planned. That is 25.0 % of the median ttft (DEGRADED above 5 %, INVALID above 20 %)',
			},
			{
				name: 'elu',
				message: expect.stringContaining('(DEGRADED above 60 %, INVALID above 85 %)'),
			},
			{ name: 'gc' },
			{
				name: 'steal',
				message: expect.stringContaining('(DEGRADED above 5 %, INVALID above 15 %)'),
			},
			{ name: 'plan' },
		]);
	});
});
