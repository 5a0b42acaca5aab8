import type { HttpClient } from './httpClient';
import type { SettledRequest } from './measuredRequest';
import type { ClosedWorkerLoad } from './workerProtocol';

/** Starts the requests of a run (docs/bench-method.md#4-load-models). */
export interface LoadLoop {
	start(): void;
	/** Starts no more requests. */
	stop(): void;
	/** Returns the due times of the planned requests that were not sent, in ms since the start of the run. */
	unsent(): number[];
	/** Returns how long the event loop actively waited for due times, in ms. */
	activeWaitMs(): number;
}

export interface LoopOptions {
	/** `performance.now()` at the start of the run. */
	origin: number;
	/** Called when no request is running and none will be started. */
	onDone: () => void;
}

/** A fixed number of users. Each sends a request, waits for the whole answer, pauses, and repeats. */
export class ClosedLoop implements LoadLoop {
	private sent = 0;
	/** Users that wait for an answer or pause. */
	private activeUsers = 0;
	private isStopped = false;
	private readonly pauses = new Set<NodeJS.Timeout>();

	/** @param options.isChained whether a user continues its conversation */
	constructor(
		private readonly load: ClosedWorkerLoad,
		private readonly client: HttpClient,
		private readonly options: LoopOptions & { isChained: boolean },
	) {}

	start(): void {
		for (let user = 0; user < this.load.users; user++) this.sendNext(undefined, undefined);
		this.endIfIdle();
	}

	stop(): void {
		this.isStopped = true;
		for (const pause of this.pauses) clearTimeout(pause);
		this.activeUsers -= this.pauses.size;
		this.pauses.clear();
		this.endIfIdle();
	}

	unsent(): number[] {
		// A closed loop has no schedule. A request that was not sent counts as due at the end of the run.
		const missing = (this.load.requests ?? this.sent) - this.sent;
		return new Array<number>(missing).fill(performance.now() - this.options.origin);
	}

	activeWaitMs(): number {
		return 0;
	}

	private get canStart(): boolean {
		const { requests, durationMs } = this.load;
		if (this.isStopped || (requests !== null && this.sent >= requests)) return false;
		return durationMs === null || performance.now() - this.options.origin < durationMs;
	}

	private sendNext(planned: number | undefined, conversationId: string | undefined): void {
		if (!this.canStart) return;
		const { first, step } = this.load;
		const index = first + step * this.sent++;
		this.activeUsers++;
		this.client.send({ index, planned, conversationId }, (settled) => {
			// The next request starts in a new iteration of the event loop, because the data of other
			// streams may still be waiting in this one.
			setImmediate(() => this.continueUser(settled));
		});
	}

	private continueUser(settled: SettledRequest): void {
		const conversationId = this.options.isChained ? conversationToContinue(settled) : undefined;
		const { thinkMs } = this.load;
		if (thinkMs === 0 || !this.canStart) {
			this.activeUsers--;
			this.sendNext(undefined, conversationId);
			this.endIfIdle();
			return;
		}
		const planned = performance.now() - this.options.origin + thinkMs;
		const pause = setTimeout(() => {
			this.pauses.delete(pause);
			this.activeUsers--;
			this.sendNext(planned, conversationId);
			this.endIfIdle();
		}, thinkMs);
		this.pauses.add(pause);
	}

	private endIfIdle(): void {
		if (this.activeUsers === 0) this.options.onDone();
	}
}

/** Returns the conversation to continue. After a failed request it may not exist, so a new one starts. */
function conversationToContinue({ outcome, result }: SettledRequest): string | undefined {
	return outcome === 'completed' ? result?.conversation_id : undefined;
}
