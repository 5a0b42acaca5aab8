import { performance } from 'node:perf_hooks';

/** What `performance.now()` of this thread lacks to the machine's monotonic clock. */
const OFFSET = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** ms of the machine's monotonic clock: the same in every thread and process (CLOCK_MONOTONIC). */
export function monotonicMs(): number {
	return performance.now() + OFFSET;
}

/** The other way: a time of {@link monotonicMs}, as this thread's `performance.now()` counts. */
export function localMs(monotonic: number): number {
	return monotonic - OFFSET;
}

const HEARTBEAT_MS = 5;
/** Timers fire up to a ms early or late by themselves: libuv counts whole ones. */
const TIMER_SLACK_MS = 2;

/**
 * Tells when data came, and how far that can be wrong (method, section 3).
 *
 * libuv takes what is readable out of one poll after the other. What a poll gives had not come when
 * the poll before it returned; and if this poll slept, it came just now, unless the whole thread was
 * kept from running: then the heartbeat, which should have ended the sleep, is overdue by as much. So
 * each batch of data has a time and a bound: the truth lies in [time − bound, time], but for the
 * kernel's wake-up.
 *
 * Every way into this thread's code says so: data by {@link arrived}, a timer by {@link timer}, a
 * `setImmediate` of one's own by {@link turned}.
 */
export class PollClock {
	/** `performance.now()` of the current batch's first data. */
	time = 0;
	/** How much earlier, in ms, its data may have come. */
	bound = 0;
	/** Counts batches: data of one number came out of one poll. */
	batch = 0;
	/** Longest time, in ms, that the thread was kept from running while it had nothing to do. */
	longestPause = 0;

	/** Whether data came since the last turn. */
	isInBatch = false;

	private polledAt = performance.now();
	private idle = performance.nodeTiming.idleTime;
	private heartbeat: NodeJS.Timeout | undefined;
	private heartbeatDue = Number.POSITIVE_INFINITY;
	private readonly endBatch = (): void => {
		this.isInBatch = false;
	};
	private readonly beat = (): void => {
		this.timer();
		this.heartbeatDue = performance.now() + HEARTBEAT_MS;
		this.heartbeat = setTimeout(this.beat, HEARTBEAT_MS);
	};

	/** Begins the heartbeat. */
	start(): void {
		this.beat();
	}

	stop(): void {
		clearTimeout(this.heartbeat);
		this.heartbeatDue = Number.POSITIVE_INFINITY;
	}

	/** {@link time} as the machine's monotonic clock counts. */
	get monotonic(): number {
		return this.time + OFFSET;
	}

	/** First thing in every callback that data wakes. */
	arrived(): void {
		if (this.isInBatch) return;
		this.isInBatch = true;
		const now = performance.now();
		const { idleTime } = performance.nodeTiming;
		this.bound = idleTime > this.idle ? this.overdue(now) : now - this.polledAt;
		this.time = now;
		this.polledAt = now;
		this.idle = idleTime;
		this.batch++;
		setImmediate(this.endBatch);
	}

	/**
	 * First thing in a timer's callback. Timers run after the poll and whatever it woke; only where
	 * the loop slept since did the poll end just now.
	 */
	timer(): void {
		const { idleTime } = performance.nodeTiming;
		if (idleTime <= this.idle) return;
		const now = performance.now();
		// What comes next may have waited while nothing ran.
		this.polledAt = now - this.overdue(now);
		this.idle = idleTime;
	}

	/** First thing in a `setImmediate` that was set in the turn before: it runs right after the poll. */
	turned(): void {
		if (this.isInBatch) return;
		this.polledAt = performance.now();
		this.idle = performance.nodeTiming.idleTime;
	}

	private overdue(now: number): number {
		const overdue = now - this.heartbeatDue;
		if (overdue <= TIMER_SLACK_MS) return 0;
		this.longestPause = Math.max(this.longestPause, overdue);
		return overdue;
	}
}
