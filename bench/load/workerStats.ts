import type { DifyError } from '../../protocol/errors/classify';
import { createTimeHistogram } from '../metrics/histograms';
import { SecondCounter } from '../metrics/timeline';
import type { CalibrationCounts } from '../metrics/workerReport';
import type { OutcomeDetail, OutcomeName, Plan, StreamTrace } from '../result';
import type { RequestTable } from '../metrics/requestTable';
import type { ClientErrorClock } from './clientError';

/** Longer error messages are cut. */
const MAX_MESSAGE_LENGTH = 300;
/** Time for the stamping server to write and for the kernel to wake up the client, in ms. */
const WAKE_UP_MS = 0.3;

/** What all requests of one measuring thread share. */
export interface WorkerContext {
	table: RequestTable;
	clock: ClientErrorClock;
	stats: WorkerStats;
	target: Plan['target'];
	mode: Plan['mode'];
	timeouts: Plan['timeouts_ms'];
	stallLimitMs: number;
	/** `performance.now()` at the start of the run. */
	origin: number;
}

/** What a measuring thread counts in addition to the request table. */
export class WorkerStats {
	readonly perSecond = new SecondCounter();
	/** Gaps between deliveries, in µs. */
	readonly gaps = createTimeHistogram();
	slowest: StreamTrace | null = null;
	/** Dify's `X-Version`, from the first response that has the header. */
	version: string | null = null;
	readonly calibration: CalibrationCounts = {
		events: createTimeHistogram(),
		firstTokens: createTimeHistogram(),
		total: 0,
		covered: 0,
	};
	private readonly details = new Map<string, OutcomeDetail>();

	/** @param secrets texts that no error message may contain */
	constructor(private readonly secrets: readonly string[]) {}

	/** Counts a request that did not complete, with the reason. */
	countFailure(outcome: OutcomeName, { status, code, message }: Partial<DifyError>): void {
		const key = JSON.stringify([outcome, status, code]);
		let detail = this.details.get(key);
		if (detail === undefined) {
			detail = {
				outcome,
				status: status ?? null,
				code: code ?? null,
				message: this.cleanMessage(message ?? ''),
				count: 0,
			};
			this.details.set(key, detail);
		}
		detail.count++;
	}

	get outcomeDetails(): OutcomeDetail[] {
		return [...this.details.values()];
	}

	/** Counts a gap between two deliveries. */
	countGap(ms: number): void {
		this.gaps.record(Math.max(1, Math.round(ms * 1000)));
	}

	/** Keeps the trace of a completed stream if it is the slowest so far. */
	keepIfSlowest(trace: StreamTrace): void {
		if (this.isSlowest(trace.ttft)) this.slowest = trace;
	}

	/** Whether a stream with this time to first token is the slowest so far. */
	isSlowest(ttft: number | null): boolean {
		return this.slowest === null || (ttft ?? 0) > (this.slowest.ttft ?? 0);
	}

	/** Compares the stamp of an event with its measured arrival time. Both are times of the monotonic clock. */
	compareStamp(event: {
		sentAt: number;
		arrivedAt: number;
		clientErrorMs: number;
		isFirstToken: boolean;
	}): void {
		const { calibration } = this;
		const { sentAt, arrivedAt, clientErrorMs, isFirstToken } = event;
		const errorUs = Math.max(1, Math.round((arrivedAt - sentAt) * 1000));
		calibration.events.record(errorUs);
		if (isFirstToken) calibration.firstTokens.record(errorUs);
		calibration.total++;
		const isNotTooEarly = sentAt >= arrivedAt - clientErrorMs - WAKE_UP_MS;
		// Data that arrives while a batch is being read can be read with it. Then its stamp is later
		// than the time of the batch.
		const isNotTooLate = sentAt <= arrivedAt + WAKE_UP_MS;
		if (isNotTooEarly && isNotTooLate) calibration.covered++;
	}

	private cleanMessage(message: string): string {
		const clean = this.secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message);
		return clean.length > MAX_MESSAGE_LENGTH ? `${clean.slice(0, MAX_MESSAGE_LENGTH)}…` : clean;
	}
}
