import type { BenchResult } from '../../../../bench/result';
import { fixtureResult, outcomes } from './fixture';

/** A text that tries to break out of HTML, XML, Markdown, a line, and to control a terminal. */
export const HOSTILE = '</script><img src=x onerror=alert(1)> | "]]>\'`*_ &amp; \x1b[2J\u202e\n<b>';

/** Returns a result in which every text from the server is hostile. */
export function hostileResult(change: Partial<BenchResult> = {}): BenchResult {
	const base = fixtureResult();
	return fixtureResult({
		target: {
			base_url: 'http://127.0.0.1/v1',
			version: HOSTILE,
			app: { name: HOSTILE, mode: HOSTILE },
		},
		outcomes: outcomes({ completed: 1, dify_error: 1 }),
		outcome_details: [
			{ outcome: 'dify_error', status: 200, code: HOSTILE, message: HOSTILE, count: 1 },
		],
		verdict: {
			status: 'INVALID',
			checks: [{ name: 'elu', status: 'INVALID', message: HOSTILE }],
		},
		slowest: {
			...base.slowest!,
			deliveries: base.slowest!.deliveries.map((delivery) => ({ ...delivery, event: HOSTILE })),
		},
		assertions: [{ text: HOSTILE, actual: null, unit: '', passed: false, reason: HOSTILE }],
		...change,
	});
}
