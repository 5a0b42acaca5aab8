import type { Delivery } from '../result';
import type { StreamEvent } from './streamReader';
import type { WorkerContext } from './workerStats';

/** The trace of a stream keeps at most this many deliveries. */
const MAX_TRACED_DELIVERIES = 2_000;

/**
 * Stamps the events of one stream: the first token (TTFT), the first visible token, the gaps between
 * deliveries and the last token. The times go into the request's row of the table.
 */
export class StreamTimings {
	/** The deliveries of the stream. `undefined` as soon as a slower stream is known. */
	trace: Delivery[] | undefined = [];
	/** Time to first token since the planned start, in ms. */
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
	 * @param row row of the request in the table
	 * @param planned when the request was due, in ms since the start of the run
	 */
	constructor(
		private readonly context: WorkerContext,
		private readonly row: number,
		private readonly planned: number,
	) {}

	/** Stamps an event with the arrival time of the current batch. */
	record(event: StreamEvent): void {
		const { table, clock, stats, origin } = this.context;
		const { row } = this;
		const at = clock.arrivedAt - origin;
		const second = stats.perSecond.at(at);
		second.events++;
		if (Number.isNaN(table.get(row, 'first_event'))) table.set(row, 'first_event', at);
		const isFirstToken = event.characters > 0 && this.ttft === null;
		if (event.sentAt !== undefined) this.recordStamp(event.sentAt, isFirstToken);
		if (event.characters > 0) {
			second.characters += event.characters;
			this.recordText(event, at);
		}
		this.recordDelivery(event, at);
	}

	/** Writes the values that are known only at the end of the stream. */
	finish(): void {
		const { table } = this.context;
		const { row } = this;
		table.set(row, 'text_events', this.textEvents);
		table.set(row, 'characters', this.characters);
		if (this.ttft === null) return;
		table.set(row, 'first_delivery', this.firstDelivery);
		table.set(row, 'longest_gap', this.longestGap);
		table.set(row, 'stalled', this.stalled);
		table.set(row, 'last_token', this.lastTextAt);
	}

	private recordStamp(sentAt: number, isFirstToken: boolean): void {
		const { table, clock, stats, origin } = this.context;
		const { clientErrorMs, arrivedAtMonotonic: arrivedAt } = clock;
		stats.compareStamp({ sentAt, arrivedAt, clientErrorMs, isFirstToken });
		if (!isFirstToken) return;
		table.set(this.row, 'true_first_token', clock.arrivedAt - origin - (arrivedAt - sentAt));
	}

	private recordText({ characters, isVisible }: StreamEvent, at: number): void {
		const { table, clock, stats } = this.context;
		const { row } = this;
		this.textEvents++;
		this.characters += characters;
		if (isVisible && Number.isNaN(table.get(row, 'first_visible'))) {
			table.set(row, 'first_visible', at);
		}
		if (this.ttft === null) {
			this.ttft = at - this.planned;
			this.textBatch = clock.batch;
			table.set(row, 'first_token', at);
			table.set(row, 'client_error', clock.clientErrorMs);
			if (!stats.isSlowest(this.ttft)) this.trace = undefined;
		} else if (this.textBatch !== clock.batch) {
			this.textBatch = clock.batch;
			this.recordGap(at - this.lastTextAt);
		}
		if (this.longestGap === 0) this.firstDelivery++;
		this.lastTextAt = at;
	}

	private recordGap(gapMs: number): void {
		const { stats, stallLimitMs } = this.context;
		stats.countGap(gapMs);
		this.longestGap = Math.max(this.longestGap, gapMs);
		if (gapMs > stallLimitMs) this.stalled += gapMs;
	}

	private recordDelivery({ event, characters }: StreamEvent, at: number): void {
		const { trace } = this;
		const { batch } = this.context.clock;
		if (trace === undefined) return;
		const last = trace.at(-1);
		if (last !== undefined && this.batch === batch) {
			last.events++;
			last.characters += characters;
		} else if (trace.length < MAX_TRACED_DELIVERIES) {
			trace.push({ t: at - this.planned, events: 1, characters, event });
		}
		this.batch = batch;
	}
}
