import { alarm } from './alarm';

/** Why a request was ended from this side. */
export type WatchEnd = 'cancelled' | 'idle' | 'total' | 'let-go';

export interface WatchLimits {
	/** Longest silence in ms; 0 for none. */
	idleMs: number;
	/** Longest duration in ms; 0 for none. */
	totalMs: number;
	/** The execution's own cancel signal. */
	cancelSignal?: AbortSignal;
}

/** Watches over one request: its `signal` ends it, for the first reason that comes up. */
export class Watch {
	private readonly controller = new AbortController();
	private readonly disarm: Array<() => void> = [];
	private lastSign = performance.now();
	private isLettingGo = false;
	/** Why the request was ended from this side; `undefined` while it was not. */
	ended: WatchEnd | undefined;

	constructor(private readonly limits: WatchLimits) {
		const { totalMs, cancelSignal } = limits;
		if (totalMs > 0) this.disarm.push(alarm(totalMs, () => this.end('total')));
		if (limits.idleMs > 0) this.expectSign(limits.idleMs);
		if (cancelSignal === undefined) return;
		const cancel = (): void => this.end('cancelled');
		if (cancelSignal.aborted) cancel();
		cancelSignal.addEventListener('abort', cancel, { once: true });
		this.disarm.push(() => cancelSignal.removeEventListener('abort', cancel));
	}

	get signal(): AbortSignal {
		return this.controller.signal;
	}

	/** Something came from Dify. */
	sign(): void {
		this.lastSign = performance.now();
	}

	/** Ends the request unless something else does so within `ms` of the first call. */
	letGoAfter(ms: number): void {
		if (this.isLettingGo) return;
		this.isLettingGo = true;
		this.disarm.push(alarm(ms, () => this.end('let-go')));
	}

	/** Ends the watching, not the request. */
	release(): void {
		for (const disarm of this.disarm.splice(0)) disarm();
	}

	end(reason: WatchEnd): void {
		if (this.ended !== undefined) return;
		this.ended = reason;
		this.release();
		this.controller.abort();
	}

	/** One alarm at a time, set anew for what is left when it rings: an alarm a chunk would be dear. */
	private expectSign(ms: number): void {
		const { idleMs } = this.limits;
		const disarm = alarm(ms, () => {
			const leftMs = this.lastSign + idleMs - performance.now();
			if (leftMs <= 0) this.end('idle');
			else this.expectSign(Math.ceil(leftMs));
		});
		this.disarm.push(disarm);
	}
}
