import { measure, startServer } from './benchProcess';
import type { Validation } from './validation';

const RATE = 50;
const SECONDS = 20;
const STOP_AT_MS = 8_000;
const STOP_MS = 2_000;

/**
 * Stops the server for 2 s of 20 and checks that the requests which were due in that time count with
 * their whole wait. A client that sends less during the stop, or measures from the time of sending,
 * would report much shorter times (coordinated omission).
 */
export const coordinatedOmission: Validation = {
	name: 'omission',
	duration: 'half a minute',
	run: async (log) => {
		const server = await startServer(['--first-token', '50ms', '--tokens', '5', '--gap', '5ms']);
		let stoppedAt = 0;
		let continuedAt = 0;
		try {
			const load = ['--rate', String(RATE), '--duration', `${SECONDS}s`];
			const result = await measure(server, load, {
				onStart: () => {
					setTimeout(() => {
						stoppedAt = Date.now();
						server.child.kill('SIGSTOP');
					}, STOP_AT_MS);
					setTimeout(() => {
						continuedAt = Date.now();
						server.child.kill('SIGCONT');
					}, STOP_AT_MS + STOP_MS);
				},
			});
			const startedAt = Date.parse(result.started_at);
			const { p50, p99 } = result.distributions.ttft.percentiles;
			const expected = expectedP99({
				stopMs: stoppedAt - startedAt,
				continueMs: continuedAt - startedAt,
				usualMs: p50?.value ?? Number.NaN,
			});
			const measured = p99?.value ?? Number.NaN;
			log(`p99 measured ${measured.toFixed(1)} ms, computed ${expected.toFixed(1)} ms`);
			return [
				{
					claim:
						'difference between the TTFT p99 and its value computed from the schedule, server stopped for 2 s of 20',
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

/** Computes the TTFT p99 in ms. Each request that was due during the stop waits until its end. */
function expectedP99(times: { stopMs: number; continueMs: number; usualMs: number }): number {
	const { stopMs, continueMs, usualMs } = times;
	const waits = Array.from({ length: RATE * SECONDS }, (_, index) => {
		const due = (index * 1000) / RATE;
		const isDelayed = due + usualMs > stopMs && due < continueMs;
		// The server's timer for a request from before the stop fires at the end of the stop. For a later
		// request, the timer starts only then and takes its full time.
		const remaining = due < stopMs ? 0 : usualMs;
		return isDelayed ? continueMs - due + remaining : usualMs;
	}).sort((a, b) => a - b);
	return waits[Math.ceil(waits.length * 0.99) - 1] ?? Number.NaN;
}
