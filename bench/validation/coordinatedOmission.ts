import { measure, serve } from './benchProcess';
import type { Proof } from './validation';

const RATE = 50;
const SECONDS = 20;
const STOP_AT_MS = 8_000;
const STOP_MS = 2_000;

/**
 * The server is stopped for 2 s of 20. Whoever would have asked in that time would have waited: a
 * client that only then sends less, or measures from when it came to send, hides it.
 */
export const omission: Proof = {
	name: 'omission',
	takes: 'half a minute',
	run: async (say) => {
		const server = await serve(['--first-token', '50ms', '--tokens', '5', '--gap', '5ms']);
		let stoppedAt = 0;
		let wentOnAt = 0;
		try {
			const load = ['--rate', String(RATE), '--duration', `${SECONDS}s`];
			const result = await measure(server, load, {
				onStart: () => {
					setTimeout(() => {
						stoppedAt = Date.now();
						server.child.kill('SIGSTOP');
					}, STOP_AT_MS);
					setTimeout(() => {
						wentOnAt = Date.now();
						server.child.kill('SIGCONT');
					}, STOP_AT_MS + STOP_MS);
				},
			});
			const startedAt = Date.parse(result.started_at);
			const p50 = result.distributions.ttft.percentiles.p50?.value ?? Number.NaN;
			const expected = expectedP99(stoppedAt - startedAt, wentOnAt - startedAt, p50);
			const measured = result.distributions.ttft.percentiles.p99?.value ?? Number.NaN;
			say(`p99 measured ${measured.toFixed(1)} ms, by the plan ${expected.toFixed(1)} ms`);
			return [
				{
					claim: 'p99 of TTFT off the value computed from the plan, server stopped for 2 s of 20',
					measured: (Math.abs(measured - expected) / expected) * 100,
					limit: 2,
					unit: '%',
				},
			];
		} finally {
			await server.stop();
		}
	},
};

/** What the plan says: each request due while the server stood waits for it to go on. All in ms. */
function expectedP99(stopped: number, wentOn: number, usual: number): number {
	const waits = Array.from({ length: RATE * SECONDS }, (_, index) => {
		const due = (index * 1000) / RATE;
		const isCaught = due + usual > stopped && due < wentOn;
		// A timer that was due in the pause fires at its end; one set after it takes its whole time.
		const left = due < stopped ? 0 : usual;
		return isCaught ? wentOn - due + left : usual;
	}).sort((a, b) => a - b);
	return waits[Math.ceil(waits.length * 0.99) - 1] ?? Number.NaN;
}
