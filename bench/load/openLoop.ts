import type { PollClock } from './clientError';
import type { Loop } from './closedLoop';
import type { WorkerLoad } from './workerProtocol';
import type { Sender } from './httpClient';

/** A due time nearer than this, in ms, is waited for awake: timers are up to a ms off. */
const SPIN_MS = 2;

type Open = Extract<WorkerLoad, { kind: 'open' }>;

/**
 * Requests at the times of a plan, whatever became of those before: an absolute schedule. One sent
 * late is measured from when it was due.
 */
export class OpenLoop implements Loop {
	private next = 0;
	private running = 0;
	private spun = 0;
	private turnedAt = 0;
	private isStopped = false;
	private timer: NodeJS.Timeout | undefined;

	/** @param origin `performance.now()` at the start of the run @param done told once, at the end of all */
	constructor(
		private readonly load: Open,
		private readonly sender: Sender,
		private readonly clock: PollClock,
		private readonly origin: number,
		private readonly done: () => void,
	) {}

	start(): void {
		this.wait();
	}

	stop(): void {
		this.isStopped = true;
		clearTimeout(this.timer);
		this.endIfIdle();
	}

	unsent(): number[] {
		return [...this.load.due.subarray(this.next)];
	}

	spunMs(): number {
		return this.spun;
	}

	private wait(): void {
		const due = this.load.due[this.next];
		if (due === undefined || this.isStopped) {
			this.endIfIdle();
			return;
		}
		const left = this.origin + due - performance.now();
		if (left > SPIN_MS) {
			this.timer = setTimeout(() => {
				this.clock.timer();
				this.wait();
			}, left - SPIN_MS);
			return;
		}
		this.turnedAt = performance.now();
		setImmediate(this.spin);
	}

	private readonly spin = (): void => {
		const now = performance.now();
		// What came in this turn was work; the rest was waiting.
		if (!this.clock.isInBatch) this.spun += now - this.turnedAt;
		this.clock.turned();
		this.turnedAt = now;
		if (this.isStopped) return;
		const { due } = this.load;
		let sentAny = false;
		for (let at = due[this.next]; at !== undefined; at = due[this.next]) {
			if (this.origin + at > performance.now()) break;
			const { first, step } = this.load;
			const number = first + step * this.next++;
			this.running++;
			sentAny = true;
			this.sender.send(number, at, undefined, () => {
				this.running--;
				this.endIfIdle();
			});
		}
		if (sentAny) this.wait();
		else setImmediate(this.spin);
	};

	private endIfIdle(): void {
		const isOver = this.isStopped || this.next >= this.load.due.length;
		if (isOver && this.running === 0) this.done();
	}
}
