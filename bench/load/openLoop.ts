import type { ClientErrorClock } from './clientError';
import type { LoadLoop, LoopOptions } from './closedLoop';
import type { HttpClient } from './httpClient';
import type { OpenWorkerLoad } from './workerProtocol';

/** The loop waits actively for due times that are closer than this, because timers can be one ms off. */
const ACTIVE_WAIT_MS = 2;

/**
 * Sends requests on a fixed schedule, independent of earlier answers. A request that is sent late is
 * measured from its due time, so slow answers do not hide waiting time (coordinated omission).
 */
export class OpenLoop implements LoadLoop {
	private next = 0;
	private running = 0;
	private totalActiveWaitMs = 0;
	private lastIterationAt = 0;
	private isStopped = false;
	private timer: NodeJS.Timeout | undefined;

	constructor(
		private readonly load: OpenWorkerLoad,
		private readonly client: HttpClient,
		private readonly options: LoopOptions & { clock: ClientErrorClock },
	) {}

	start(): void {
		this.waitForNext();
	}

	stop(): void {
		this.isStopped = true;
		clearTimeout(this.timer);
		this.endIfIdle();
	}

	unsent(): number[] {
		return [...this.load.due.subarray(this.next)];
	}

	activeWaitMs(): number {
		return this.totalActiveWaitMs;
	}

	private waitForNext(): void {
		const due = this.load.due[this.next];
		if (due === undefined || this.isStopped) {
			this.endIfIdle();
			return;
		}
		const { origin, clock } = this.options;
		const left = origin + due - performance.now();
		if (left > ACTIVE_WAIT_MS) {
			this.timer = setTimeout(() => {
				clock.onTimer();
				this.waitForNext();
			}, left - ACTIVE_WAIT_MS);
			return;
		}
		this.lastIterationAt = performance.now();
		setImmediate(this.sendDue);
	}

	/** Runs once per iteration of the event loop until a request is due, and sends all that are due. */
	private readonly sendDue = (): void => {
		const { origin, clock } = this.options;
		const now = performance.now();
		// An iteration that received data was work. All others were only waiting.
		if (!clock.isInBatch) this.totalActiveWaitMs += now - this.lastIterationAt;
		clock.onImmediate();
		this.lastIterationAt = now;
		if (this.isStopped) return;
		const { due, first, step } = this.load;
		let hasSent = false;
		for (let planned = due[this.next]; planned !== undefined; planned = due[this.next]) {
			if (origin + planned > performance.now()) break;
			const index = first + step * this.next++;
			this.running++;
			hasSent = true;
			this.client.send({ index, planned }, () => {
				this.running--;
				this.endIfIdle();
			});
		}
		if (hasSent) this.waitForNext();
		else setImmediate(this.sendDue);
	};

	private endIfIdle(): void {
		const isScheduleDone = this.isStopped || this.next >= this.load.due.length;
		if (isScheduleDone && this.running === 0) this.options.onDone();
	}
}
