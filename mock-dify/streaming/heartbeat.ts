import { delay } from '../delay';
import type { SseResponse } from '../http/sseResponse';
import type { RunContext } from './runContext';

/** Dify checks once a second whether the run was stopped. See docs/dify-api.md#stopping. */
const STOP_POLL_MS = 1_000;

/** Sends pings and checks for a stop request while a run waits. See docs/dify-api.md#pings. */
export class Heartbeat {
	private lastPingMs = performance.now();
	private lastStopPollMs = this.lastPingMs;
	/** Whether the user of the run has stopped it. The run must then end. */
	isStopped = false;

	constructor(
		private readonly context: RunContext,
		private readonly response: SseResponse,
	) {}

	/**
	 * Waits for this many ms. Returns earlier if the run is stopped or the server shuts down. With 0 ms,
	 * it only sends a ping and checks for a stop if either is due.
	 */
	async wait(ms: number): Promise<void> {
		const { shutdownSignal, pingIntervalMs } = this.context;
		const endMs = performance.now() + ms;
		// A timer may fire up to 1 ms early. A second timer for the rest would take another 1 ms.
		for (let toleranceMs = 0; ; toleranceMs = 1) {
			const nowMs = performance.now();
			await this.runDueChecks(nowMs);
			if (endMs - nowMs <= toleranceMs || this.isStopped || shutdownSignal.aborted) return;
			const nextMs = Math.min(
				endMs,
				this.lastPingMs + pingIntervalMs,
				this.lastStopPollMs + STOP_POLL_MS,
			);
			await delay(nextMs - nowMs, shutdownSignal);
		}
	}

	private async runDueChecks(nowMs: number): Promise<void> {
		if (nowMs - this.lastPingMs >= this.context.pingIntervalMs) {
			this.lastPingMs = nowMs;
			await this.response.sendPing();
		}
		if (nowMs - this.lastStopPollMs >= STOP_POLL_MS) {
			this.lastStopPollMs = nowMs;
			const { stoppedBy, user } = this.context.task;
			this.isStopped = stoppedBy === user;
		}
	}
}
