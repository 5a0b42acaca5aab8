import { randomUUID } from 'node:crypto';
import type { App, Message } from './store';
import type { EventStream } from './stream';

type EventObject = Record<string, unknown>;

/** A chatflow's run, which other readers than its first can take up (contract, section 6: 1.14). */
export class WorkflowRun {
	readonly id = randomUUID();
	private readonly readers = new Map<EventStream, () => void>();
	/** What it says of its pause, while it waits for a person. */
	pause: EventObject[] = [];
	/** Its `workflow_finished`, once it is over. */
	finished: EventObject | undefined;

	constructor(
		readonly app: App,
		readonly user: string,
		readonly message: Message,
	) {}

	/** Hands an event to whoever reads along from now on; settles when the run pauses or is over. */
	async readBy(reader: EventStream): Promise<void> {
		await new Promise<void>((resolve) => this.readers.set(reader, resolve));
	}

	async publish(frames: string): Promise<void> {
		for (const reader of this.readers.keys()) await reader.frames(frames);
	}

	/** The run is over, or waits, or what stood between it and its readers broke. */
	release(lose?: (reader: EventStream) => void): void {
		for (const [reader, done] of this.readers) {
			lose?.(reader);
			done();
		}
		this.readers.clear();
	}
}
