import { junitReport } from '../../../../bench/reports/junit';
import { markdownReport } from '../../../../bench/reports/markdown';
import { terminalReport } from '../../../../bench/reports/terminal';
import type { BenchResult } from '../../../../bench/result';
import { fixtureResult } from './fixture';
import { hostileResult } from './hostile';
import { distribution } from './samples';

const REPORTS: Array<[string, (result: BenchResult) => string]> = [
	['terminal', (result) => terminalReport(result, false)],
	['junit', junitReport],
	['markdown', (result) => markdownReport(result).replaceAll('\\', '')],
];

describe.each(REPORTS)('report header in %s:', (_, report) => {
	it('states method, requests, machine, target, run and verdict', () => {
		const text = report(fixtureResult());
		for (const part of [
			'dispatch engine, streaming, closed loop with 64 concurrent requests, 2,000 requests, 50 unmeasured warm-up requests, seed 42, 2 workers',
			'a new conversation each, auto_generate_name false, timeouts first 30 s, total 120 s, stall limit 1 s, 12 different queries (sha256 3a7bd3e2360a)',
			'linux x64, AMD EPYC 7763, 2 cores, 7.76 GiB, Node.js 22.22.0, undici 7.30.2',
			'https://dify.example.com/v1, X-Version 1.13.1, Support bot (advanced-chat)',
			'2026-01-05T08:30:00.000Z, 61.2 s, dify-bench 0.1.0',
			'The measurement is valid',
		]) {
			expect(text).toContain(part);
		}
	});

	it('shows warnings only if there is something to warn about', () => {
		const usual = fixtureResult();
		const warned = fixtureResult({
			interrupted: true,
			plan: { ...usual.plan, insecure: true },
			distributions: { ...usual.distributions, ttft: distribution([1, 2, 3, 4, 5, 6, 7, 8], 2) },
		});
		const warnings = [
			'INSECURE: TLS certificates were not verified',
			'Interrupted',
			'2 requests (25 %) had no first token',
		];
		for (const warning of warnings) {
			expect(report(warned)).toContain(warning);
			expect(report(usual)).not.toContain(warning);
		}
	});

	it.each<[string, BenchResult['plan']['load']]>([
		[
			'closed loop with 8 concurrent requests and 1.5 s think time',
			{ model: 'closed', concurrency: 8, think_ms: 1500 },
		],
		['open loop at 2.5/s, poisson arrivals', { model: 'open', rate: 2.5, arrival: 'poisson' }],
		[
			'ramp from 1/s to 20/s, constant arrivals',
			{ model: 'ramp', from: 1, to: 20, arrival: 'constant' },
		],
	])('describes the load model: %s', (text, load) => {
		const { plan } = fixtureResult();
		expect(report(fixtureResult({ plan: { ...plan, load } }))).toContain(text);
	});

	it('states that the version and the app are unknown', () => {
		const target = { base_url: 'http://127.0.0.1:1/v1', version: null, app: null };
		expect(report(fixtureResult({ target }))).toContain('/v1, no X-Version, unknown app');
	});

	it('prints text of the server on one line without control characters', () => {
		const text = report(hostileResult());
		expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\u202e]/);
		expect(text).not.toMatch(/\n<b>/);
	});
});
