import type { EventStream } from '../stream';
import { wait } from '../wait';
import type { Play } from './play';

/** Dify's listener looks for a stop once a second (recordings, f). */
const POLL_MS = 1_000;

/** What goes on beside a run's events: pings at their interval (contract, 2.1), and a look for a stop. */
export class Listener {
	private pingedAt = performance.now();
	private polledAt = this.pingedAt;
	/** Whether a stop was seen: the run is to end. */
	isStopped = false;

	constructor(
		private readonly play: Play,
		private readonly stream: EventStream,
	) {}

	/** Waits, unless a stop or the server's end comes before; 0 ms does what is due. */
	async wait(ms: number): Promise<void> {
		const { closing, pingIntervalMs } = this.play;
		const end = performance.now() + ms;
		// A timer may fire a little before its time: no second one for the rest of a millisecond.
		for (let enough = 0; ; enough = 1) {
			const now = performance.now();
			await this.doWhatIsDue(now);
			if (end - now <= enough || this.isStopped || closing.aborted) return;
			const next = Math.min(end, this.pingedAt + pingIntervalMs, this.polledAt + POLL_MS);
			await wait(next - now, closing);
		}
	}

	private async doWhatIsDue(now: number): Promise<void> {
		if (now - this.pingedAt >= this.play.pingIntervalMs) {
			this.pingedAt = now;
			await this.stream.ping();
		}
		if (now - this.polledAt >= POLL_MS) {
			this.polledAt = now;
			const { stoppedBy, user } = this.play.task;
			this.isStopped = stoppedBy === user;
		}
	}
}
