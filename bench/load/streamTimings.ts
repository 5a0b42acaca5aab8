import type { RequestTable } from '../metrics/requestTable';
import type { Delivery } from '../result';
import type { PollClock } from './clientError';
import type { Reading } from './streamReader';
import type { Tally } from './workerStats';

/** Most deliveries that are kept of the stream that the waterfall shows. */
const MOST_KEPT = 2_000;

/** What comes of one stream, delivery by delivery: into its row of the table, and into the tally. */
export class Deliveries {
	/** For the waterfall; dropped as soon as a slower stream is known. */
	kept: Delivery[] | undefined = [];
	/** Time to first token from the planned start, in ms. */
	ttft: number | null = null;
	textEvents = 0;

	private batch = -1;
	private textBatch = -1;
	private lastTextAt = 0;
	private longestGap = 0;
	private stalled = 0;
	private characters = 0;
	private firstDelivery = 0;

	/**
	 * @param origin `performance.now()` at the start of the run
	 * @param planned when the request was due, in ms from then
	 */
	constructor(
		private readonly table: RequestTable,
		private readonly row: number,
		private readonly clock: PollClock,
		private readonly tally: Tally,
		private readonly origin: number,
		private readonly planned: number,
		private readonly stallLimitMs: number,
	) {}

	take(reading: Reading): void {
		const { table, row, clock, tally } = this;
		const at = clock.time - this.origin;
		const second = tally.seconds.at(at);
		second.events++;
		if (Number.isNaN(table.get(row, 'first_event'))) table.set(row, 'first_event', at);
		const isFirstToken = reading.characters > 0 && this.ttft === null;
		if (reading.sentAt !== undefined) {
			tally.calibrate(reading.sentAt, clock.monotonic, clock.bound, isFirstToken);
			if (isFirstToken) {
				table.set(row, 'true_first_token', at - (clock.monotonic - reading.sentAt));
			}
		}
		if (reading.characters > 0) {
			second.characters += reading.characters;
			this.takeText(reading, at);
		}
		this.keep(reading, at);
	}

	/** Writes what is known only at the end. */
	finish(): void {
		const { table, row } = this;
		table.set(row, 'text_events', this.textEvents);
		table.set(row, 'characters', this.characters);
		if (this.ttft === null) return;
		table.set(row, 'first_delivery', this.firstDelivery);
		table.set(row, 'longest_gap', this.longestGap);
		table.set(row, 'stalled', this.stalled);
		table.set(row, 'last_token', this.lastTextAt);
	}

	private takeText(reading: Reading, at: number): void {
		const { table, row, clock } = this;
		this.textEvents++;
		this.characters += reading.characters;
		if (reading.isVisible && Number.isNaN(table.get(row, 'first_visible'))) {
			table.set(row, 'first_visible', at);
		}
		if (this.ttft === null) {
			this.ttft = at - this.planned;
			this.textBatch = clock.batch;
			table.set(row, 'first_token', at);
			table.set(row, 'client_error', clock.bound);
			if (!this.tally.isSlower(this.ttft)) this.kept = undefined;
		} else if (this.textBatch !== clock.batch) {
			this.textBatch = clock.batch;
			this.endGap(at - this.lastTextAt);
		}
		if (this.longestGap === 0) this.firstDelivery++;
		this.lastTextAt = at;
	}

	private endGap(gap: number): void {
		this.tally.gap(gap);
		this.longestGap = Math.max(this.longestGap, gap);
		if (gap > this.stallLimitMs) this.stalled += gap;
	}

	private keep({ event, characters }: Reading, at: number): void {
		const { kept, clock } = this;
		if (kept === undefined) return;
		const last = kept.at(-1);
		if (last !== undefined && this.batch === clock.batch) {
			last.events++;
			last.characters += characters;
		} else if (kept.length < MOST_KEPT) {
			kept.push({ t: at - this.planned, events: 1, characters, event });
		}
		this.batch = clock.batch;
	}
}
