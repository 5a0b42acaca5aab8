import type { DifyError } from '../../protocol/errors/classify';
import { Seconds } from '../metrics/seconds';
import { newTimes } from '../metrics/histograms';
import type { OutcomeDetail, OutcomeName, Stream } from '../result';
import type { Calibration } from './workerProtocol';

/** Longest message that is kept of a failure. */
const MESSAGE_LENGTH = 300;
/** A stamping server's clock and the wake-up of a poll, in ms (method, section 3). */
const WAKE_UP_MS = 0.3;

/** What a measuring thread counts beside the table of its requests. */
export class Tally {
	readonly seconds = new Seconds();
	/** Gaps between deliveries, in µs. */
	readonly gaps = newTimes();
	slowest: Stream | null = null;
	/** `X-Version` of the first answer that had one. */
	version: string | null = null;
	readonly calibration: Calibration = {
		events: newTimes(),
		firstTokens: newTimes(),
		checked: 0,
		held: 0,
	};
	private readonly details = new Map<string, OutcomeDetail>();

	/** @param secrets what no message may hold */
	constructor(private readonly secrets: readonly string[]) {}

	/** Counts why a request did not complete. */
	fail(outcome: OutcomeName, { status, code, message }: Partial<DifyError>): void {
		const key = JSON.stringify([outcome, status, code]);
		let detail = this.details.get(key);
		if (detail === undefined) {
			detail = {
				outcome,
				status: status ?? null,
				code: code ?? null,
				message: this.clean(message ?? ''),
				count: 0,
			};
			this.details.set(key, detail);
		}
		detail.count++;
	}

	get outcomeDetails(): OutcomeDetail[] {
		return [...this.details.values()];
	}

	gap(ms: number): void {
		this.gaps.record(Math.max(1, Math.round(ms * 1000)));
	}

	/** Keeps the stream if it is the slowest of those that completed. */
	offer(stream: Stream): void {
		if (this.isSlower(stream.ttft)) this.slowest = stream;
	}

	/** Whether a stream with this time to first token would be the slowest so far. */
	isSlower(ttft: number | null): boolean {
		return this.slowest === null || (ttft ?? 0) > (this.slowest.ttft ?? 0);
	}

	/**
	 * Holds a stamp against when its event was seen here.
	 *
	 * @param sentAt @param seenAt ms of one clock @param bound how much earlier it may have come
	 */
	calibrate(sentAt: number, seenAt: number, bound: number, isFirstToken: boolean): void {
		const { calibration } = this;
		const error = Math.max(1, Math.round((seenAt - sentAt) * 1000));
		calibration.events.record(error);
		if (isFirstToken) calibration.firstTokens.record(error);
		calibration.checked++;
		// What came while a batch was read may be read with it: seen, as it were, before it was sent.
		const isAfter = sentAt >= seenAt - bound - WAKE_UP_MS;
		if (isAfter && sentAt <= seenAt + WAKE_UP_MS) calibration.held++;
	}

	private clean(message: string): string {
		const whole = this.secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message);
		return whole.length > MESSAGE_LENGTH ? `${whole.slice(0, MESSAGE_LENGTH)}…` : whole;
	}
}
