import { performance } from 'node:perf_hooks';
import { RunDelay } from './runDelay';

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
/** A poll that finds data waiting takes some µs too; a longer one slept. */
const SLEEP_MS = 0.05;

/**
 * Tells when data came, and how far that can be wrong (method, section 3).
 *
 * libuv takes what is readable out of one poll after the other. What a poll gives had not come when
 * the poll before it returned; and if this poll slept, it came when the sleep ended. The thread may
 * have waited for a core after that: the system counts how long ({@link RunDelay}); or it was
 * stopped altogether: then the heartbeat, which should have ended the sleep, is overdue by as much.
 * So each batch of data has a time and a bound: the truth lies in [time − bound, time], but for the
 * kernel's own wake-up.
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
	/** Whether data came since the last turn. */
	isInBatch = false;

	private readonly runDelay = new RunDelay();
	/** As of the last poll that is known of. */
	private polledAt = performance.now();
	private idle = performance.nodeTiming.idleTime;
	private delay = this.runDelay.read();

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

	/** {@link time} as the machine's monotonic clock counts. */
	get monotonic(): number {
		return this.time + OFFSET;
	}

	/** Begins the heartbeat. */
	start(): void {
		this.beat();
	}

	stop(): void {
		clearTimeout(this.heartbeat);
		this.heartbeatDue = Number.POSITIVE_INFINITY;
	}

	/** First thing in every callback that data wakes. */
	arrived(): void {
		if (this.isInBatch) return;
		this.isInBatch = true;
		const now = performance.now();
		this.bound = this.boundOf(now);
		this.time = now;
		this.batch++;
		this.polled(now);
		setImmediate(this.endBatch);
	}

	/**
	 * First thing in a timer's callback. Timers run after the poll and whatever it woke; only where
	 * the loop slept since did the poll end just now, or as long ago as data may have waited.
	 */
	timer(): void {
		if (performance.nodeTiming.idleTime - this.idle <= SLEEP_MS) return;
		const now = performance.now();
		this.polled(now - this.boundOf(now));
	}

	/** First thing in a `setImmediate` that was set in the turn before: it runs right after the poll. */
	turned(): void {
		if (!this.isInBatch) this.polled(performance.now());
	}

	/** How long before `now` the data that a poll gives may have come. */
	private boundOf(now: number): number {
		const sincePoll = now - this.polledAt;
		const waited = this.runDelay.read() - this.delay;
		const slept = performance.nodeTiming.idleTime - this.idle - waited;
		if (slept <= SLEEP_MS) return sincePoll;
		return Math.min(sincePoll, Math.max(waited, this.overdue(now)));
	}

	/**
	 * A poll returned at `at`, or as much earlier as the thread has waited for a core since: what came
	 * then is for the next poll to give.
	 */
	private polled(at: number): void {
		const delay = this.runDelay.read();
		this.polledAt = at - (delay - this.delay);
		this.idle = performance.nodeTiming.idleTime;
		this.delay = delay;
	}

	private overdue(now: number): number {
		const overdue = now - this.heartbeatDue;
		return overdue > TIMER_SLACK_MS ? overdue : 0;
	}
}
