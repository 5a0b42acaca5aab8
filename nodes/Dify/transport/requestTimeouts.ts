/** The longest time that a timer of Node.js can wait, about 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Why this node ended a request.
 * - `canceled`: the execution was canceled
 * - `idle`: no data arrived for the idle timeout; `total`: the maximum duration passed
 * - `closed`: the node needed no more data
 */
export type AbortReason = 'canceled' | 'idle' | 'total' | 'closed';

export interface TimeoutLimits {
	/** Longest time without data in ms; 0 for no limit. */
	idleTimeoutMs: number;
	/** Longest duration of the request in ms; 0 for no limit. */
	maxDurationMs: number;
	/** Aborts when the execution is canceled. */
	cancelSignal?: AbortSignal;
}

/**
 * Aborts one request when the execution is canceled or a limit passes. The first reason counts. Pass
 * {@link signal} to the request.
 */
export class RequestTimeouts {
	private readonly controller = new AbortController();
	private readonly disposers: Array<() => void> = [];
	private lastActivityAt = performance.now();
	private isClosing = false;
	/** Why the request was aborted; `undefined` if it was not. */
	abortReason: AbortReason | undefined;

	constructor(private readonly limits: TimeoutLimits) {
		const { idleTimeoutMs, maxDurationMs, cancelSignal } = limits;
		if (maxDurationMs > 0) {
			this.disposers.push(onTimeout(maxDurationMs, () => this.abort('total')));
		}
		if (idleTimeoutMs > 0) this.checkIdleAfter(idleTimeoutMs);
		if (cancelSignal === undefined) return;
		const cancel = (): void => this.abort('canceled');
		if (cancelSignal.aborted) cancel();
		cancelSignal.addEventListener('abort', cancel, { once: true });
		this.disposers.push(() => cancelSignal.removeEventListener('abort', cancel));
	}

	get signal(): AbortSignal {
		return this.controller.signal;
	}

	/** The limit that passed, in seconds; `undefined` if the request was not aborted for a limit. */
	get exceededLimit(): { limit: 'idle' | 'total'; seconds: number } | undefined {
		const { idleTimeoutMs, maxDurationMs } = this.limits;
		switch (this.abortReason) {
			case 'idle':
				return { limit: 'idle', seconds: idleTimeoutMs / 1000 };
			case 'total':
				return { limit: 'total', seconds: maxDurationMs / 1000 };
			default:
				return undefined;
		}
	}

	/** Restarts the idle timeout. Call it whenever data arrives. */
	touch(): void {
		this.lastActivityAt = performance.now();
	}

	/** Yields the chunks of a response and restarts the idle timeout with each of them. */
	async *watch(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
		for await (const chunk of body) {
			this.touch();
			yield chunk;
		}
	}

	/** Closes the request `ms` after the first call. Later calls have no effect. */
	closeAfter(ms: number): void {
		if (this.isClosing) return;
		this.isClosing = true;
		this.disposers.push(onTimeout(ms, () => this.abort('closed')));
	}

	abort(reason: AbortReason): void {
		if (this.abortReason !== undefined) return;
		this.abortReason = reason;
		this.dispose();
		this.controller.abort();
	}

	/** Removes all timers and listeners without ending the request. */
	dispose(): void {
		for (const dispose of this.disposers.splice(0)) dispose();
	}

	/** Creating a timer per chunk is expensive, so one timer is re-armed for the time that is left. */
	private checkIdleAfter(ms: number): void {
		const { idleTimeoutMs } = this.limits;
		const dispose = onTimeout(ms, () => {
			const leftMs = this.lastActivityAt + idleTimeoutMs - performance.now();
			if (leftMs <= 0) this.abort('idle');
			else this.checkIdleAfter(Math.ceil(leftMs));
		});
		this.disposers.push(dispose);
	}
}

/**
 * Calls `callback` after `ms`, rounded up to the next ms. n8n forbids timers in community nodes, so the
 * timeout of an AbortSignal is used. It does not keep the process alive.
 *
 * @returns a function that cancels the call
 */
export function onTimeout(ms: number, callback: () => void): () => void {
	const delayMs = ms > 1 ? Math.min(Math.ceil(ms), MAX_TIMER_MS) : 1;
	const signal = AbortSignal.timeout(delayMs);
	signal.addEventListener('abort', callback, { once: true });
	return () => signal.removeEventListener('abort', callback);
}
