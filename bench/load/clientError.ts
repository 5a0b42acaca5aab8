import { openSync, readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { MONOTONIC_OFFSET_MS } from './monotonicClock';

const HEARTBEAT_MS = 5;
/** Timers can fire up to one ms early or late, because libuv counts whole milliseconds. */
const TIMER_TOLERANCE_MS = 2;
/** A poll that finds waiting data takes a few µs. A longer idle time means that the poll slept. */
const SLEEP_MS = 0.05;

/**
 * Determines when data arrived, and certifies by how much this time can be wrong: the client error
 * (docs/bench-method.md#3-client-error).
 *
 * libuv reads available data in one poll after the other. The data of a poll arrived after the
 * previous poll returned, because otherwise the previous poll would have returned it. Nobody tells when
 * a poll returned, and the thread can be stopped between its return and the first JavaScript code. But a
 * poll returns after the JavaScript code that ran before it. If the poll had to sleep, its data arrived
 * at the end of the sleep. After that, two things can delay the thread:
 * - It waits for a CPU core. The operating system counts this time ({@link RunDelay}).
 * - It is stopped (SIGSTOP). Then the heartbeat timer, which ends every sleep, is overdue.
 *
 * So each batch of data has a time and a client error, and the data arrived between
 * `arrivedAt − clientErrorMs` and `arrivedAt`. Only the kernel's own wake-up time is not included.
 *
 * Every entry into JavaScript code must call the clock first: {@link onData} when data wakes the
 * thread, {@link onTimer} in a timer, {@link onImmediate} in a `setImmediate` callback.
 */
export class ClientErrorClock {
	/** `performance.now()` at which the current batch of data was received. */
	arrivedAt = 0;
	/** How much earlier the data of the current batch may have arrived, in ms. */
	clientErrorMs = 0;
	/** Number of the current batch. Data with the same number came from the same poll. */
	batch = 0;
	/** Whether data was received in this iteration of the event loop. */
	isInBatch = false;

	private readonly runDelay = new RunDelay();
	/** The next poll returns after this time. */
	private beforePollAt = performance.now();
	/** The last known poll returned after this time. The two fields below are the counters at its record. */
	private polledAt = this.beforePollAt;
	private idleMs = performance.nodeTiming.idleTime;
	private runDelayMs = this.runDelay.readMs();

	private heartbeat: NodeJS.Timeout | undefined;
	private heartbeatDue = Number.POSITIVE_INFINITY;
	private readonly endBatch = (): void => {
		this.isInBatch = false;
		this.beforePollAt = performance.now();
	};
	private readonly beat = (): void => {
		this.onTimer();
		this.heartbeatDue = performance.now() + HEARTBEAT_MS;
		this.heartbeat = setTimeout(this.beat, HEARTBEAT_MS);
	};

	/** {@link arrivedAt} as time of the machine's monotonic clock. */
	get arrivedAtMonotonic(): number {
		return this.arrivedAt + MONOTONIC_OFFSET_MS;
	}

	/** Starts the heartbeat. */
	start(): void {
		this.beat();
	}

	stop(): void {
		clearTimeout(this.heartbeat);
		this.heartbeatDue = Number.POSITIVE_INFINITY;
	}

	/** Must be the first call in every callback that received data triggers. */
	onData(): void {
		if (this.isInBatch) return;
		this.isInBatch = true;
		const now = performance.now();
		this.clientErrorMs = this.clientErrorAt(now);
		this.arrivedAt = now;
		this.batch++;
		// If the poll slept, it returned at the end of the sleep, so the client error is the better bound.
		this.recordPoll(Math.max(this.beforePollAt, now - this.clientErrorMs));
		setImmediate(this.endBatch);
	}

	/**
	 * Must be the first call in a timer callback. Timers run after the callbacks of a poll, so the time
	 * of the poll is known only if the loop slept in between: then the poll has just returned, apart
	 * from the time that the thread was delayed.
	 */
	onTimer(): void {
		const now = performance.now();
		if (performance.nodeTiming.idleTime - this.idleMs > SLEEP_MS) {
			this.recordPoll(now - this.clientErrorAt(now));
		}
		this.beforePollAt = now;
	}

	/** Must be the first call in a `setImmediate` callback, which runs directly after a poll. */
	onImmediate(): void {
		if (this.isInBatch) return;
		this.recordPoll(this.beforePollAt);
		this.beforePollAt = performance.now();
	}

	/** Returns how long before `now` the data of the current poll may have arrived. */
	private clientErrorAt(now: number): number {
		const sincePoll = now - this.polledAt;
		const waitedForCore = this.runDelay.readMs() - this.runDelayMs;
		const slept = performance.nodeTiming.idleTime - this.idleMs - waitedForCore;
		if (slept <= SLEEP_MS) return sincePoll;
		return Math.min(sincePoll, Math.max(waitedForCore, this.heartbeatOverdue(now)));
	}

	/** Records that a poll returned after `at`. */
	private recordPoll(at: number): void {
		this.polledAt = at;
		this.idleMs = performance.nodeTiming.idleTime;
		this.runDelayMs = this.runDelay.readMs();
	}

	private heartbeatOverdue(now: number): number {
		const overdue = now - this.heartbeatDue;
		return overdue > TIMER_TOLERANCE_MS ? overdue : 0;
	}
}

const SPACE = ' '.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

/**
 * Reads how long this thread was ready to run but had no CPU core, from Linux (the second number in
 * /proc/PID/task/TID/schedstat, proc(5)). A read takes half a µs.
 */
class RunDelay {
	private readonly buffer = Buffer.alloc(64);
	private readonly file = openSchedstat();

	/** Returns the total time in ms. 0 on systems without the file. */
	readMs(): number {
		if (this.file === undefined) return 0;
		const { buffer } = this;
		const length = readSync(this.file, buffer, 0, buffer.length, 0);
		let nanoseconds = 0;
		for (let at = buffer.indexOf(SPACE) + 1; at < length && buffer[at] !== SPACE; at++) {
			nanoseconds = nanoseconds * 10 + (buffer[at] as number) - ZERO;
		}
		return nanoseconds / 1e6;
	}
}

/** The open file keeps referring to the thread that opened it. */
function openSchedstat(): number | undefined {
	try {
		return openSync('/proc/thread-self/schedstat', 'r');
	} catch {
		return undefined;
	}
}
