import type { WorkerLoad } from './workerProtocol';
import type { Settled } from './measuredRequest';
import type { Sender } from './httpClient';

/** One way to put requests on their way. */
export interface Loop {
	/** No request begins any more. */
	stop(): void;
	/** Requests of the plan that were not sent, by their due times in ms from the start of the run. */
	unsent(): number[];
	/** Time spent waiting for due times with the loop awake, in ms. */
	spunMs(): number;
}

type Closed = Extract<WorkerLoad, { kind: 'closed' }>;

/** So many users, each of whom asks, waits for the whole answer, thinks, and asks again. */
export class ClosedLoop implements Loop {
	private sent = 0;
	private running = 0;
	private isStopped = false;
	private readonly thinking = new Set<NodeJS.Timeout>();

	/** @param origin `performance.now()` at the start of the run @param done told once, at the end of all */
	constructor(
		private readonly load: Closed,
		private readonly sender: Sender,
		private readonly origin: number,
		private readonly chains: boolean,
		private readonly done: () => void,
	) {}

	start(): void {
		for (let slot = 0; slot < this.load.slots; slot++) this.next(undefined, undefined);
		this.endIfIdle();
	}

	stop(): void {
		this.isStopped = true;
		for (const timer of this.thinking) clearTimeout(timer);
		this.running -= this.thinking.size;
		this.thinking.clear();
		this.endIfIdle();
	}

	unsent(): number[] {
		// Without a schedule, what was never begun was due whenever its user came to it: now, at the latest.
		const missing = (this.load.requests ?? this.sent) - this.sent;
		return new Array<number>(missing).fill(performance.now() - this.origin);
	}

	spunMs(): number {
		return 0;
	}

	private get mayBegin(): boolean {
		const { requests, durationMs } = this.load;
		if (this.isStopped || (requests !== null && this.sent >= requests)) return false;
		return durationMs === null || performance.now() - this.origin < durationMs;
	}

	private next(planned: number | undefined, conversation: string | undefined): void {
		if (!this.mayBegin) return;
		const { first, step } = this.load;
		const number = first + step * this.sent++;
		this.running++;
		this.sender.send(number, planned, conversation, (settled) => {
			// The plan's next request comes in a turn of its own, not in the middle of reading this one's end.
			setImmediate(() => this.goOn(this.chains ? conversationOf(settled) : undefined));
		});
	}

	private goOn(conversation: string | undefined): void {
		const { thinkMs } = this.load;
		if (thinkMs === 0 || !this.mayBegin) {
			this.running--;
			this.next(undefined, conversation);
			this.endIfIdle();
			return;
		}
		const planned = performance.now() - this.origin + thinkMs;
		const timer = setTimeout(() => {
			this.thinking.delete(timer);
			this.running--;
			this.next(planned, conversation);
			this.endIfIdle();
		}, thinkMs);
		this.thinking.add(timer);
	}

	private endIfIdle(): void {
		if (this.running === 0) this.done();
	}
}

/** The conversation to go on with; a failed turn's is not trusted to exist. */
function conversationOf({ outcome, result }: Settled): string | undefined {
	return outcome === 'completed' ? result?.conversation_id : undefined;
}
