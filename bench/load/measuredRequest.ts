import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { PAIR_GRACE_MS } from '../../protocol/stream/accumulator';
import type { DifyError } from '../../protocol/errors/classify';
import { MAX_ERROR_BODY_BYTES, classifyError } from '../../protocol/errors/classify';
import type { RequestTable } from '../metrics/requestTable';
import type { OutcomeName, Plan } from '../result';
import { OUTCOMES } from '../result';
import type { PollClock } from './clientError';
import { Deliveries } from './streamTimings';
import { codeOf, OUTCOME_OF_STATUS, outcomeOfError, outcomeOfStatus } from './outcomes';
import { ResponseHead } from './head';
import { N8nReader } from './n8nStreamReader';
import type { Answer, Reader } from './streamReader';
import { DifyReader, readBlocking } from './streamReader';
import type { Tally } from './workerStats';

/** How long a server may hold a connection whose answer is over, in ms; Dify's chatflows: 1,000. */
const LINGER_MS = 2_000;

/** What the requests of one measuring thread share. */
export interface Bench {
	table: RequestTable;
	clock: PollClock;
	tally: Tally;
	target: Plan['target'];
	mode: Plan['mode'];
	timeouts: Plan['timeouts_ms'];
	stallLimitMs: number;
	/** `performance.now()` at the start of the run. */
	origin: number;
}

/** How a request ended, for whoever sends the next. */
export interface Settled {
	outcome: OutcomeName;
	failure?: DifyError;
	result?: Answer;
}

/**
 * One request from its planned start to its terminal event: undici's handler, called right out of the
 * poll. Nothing is awaited and nothing thrown; each ends exactly once, in {@link settle}.
 */
export class MeasuredRequest implements Dispatcher.DispatchHandler {
	/** Whether the connection is done with. */
	isClosed = false;

	private readonly reader: Reader;
	private readonly deliveries: Deliveries;
	private controller: Dispatcher.DispatchController | undefined;
	private head: ResponseHead | undefined;
	private body: Buffer[] = [];
	private bodyLength = 0;
	private bytes = 0;
	private lastByteAt: number;
	private endedAt = 0;
	private isSettled = false;

	/** @param number in the plan, from 0 @param dispatched `performance.now()` */
	constructor(
		private readonly bench: Bench,
		private readonly row: number,
		private readonly number: number,
		planned: number,
		private readonly dispatched: number,
		private readonly done: (settled: Settled) => void,
	) {
		const { table, clock, tally, origin, stallLimitMs } = bench;
		this.lastByteAt = dispatched;
		this.deliveries = new Deliveries(table, row, clock, tally, origin, planned, stallLimitMs);
		const StreamReader = bench.target === 'n8n' ? N8nReader : DifyReader;
		this.reader = new StreamReader((reading) => this.deliveries.take(reading));
		table.set(row, 'planned', planned);
		table.set(row, 'dispatched', dispatched - origin);
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		this.controller = controller;
		// Given up while it was still connecting.
		if (this.isSettled) this.close();
	}

	onResponseStart(
		_controller: Dispatcher.DispatchController,
		status: number,
		headers: IncomingHttpHeaders,
	): void {
		const { clock, tally, mode, target } = this.bench;
		clock.arrived();
		this.lastByteAt = clock.time;
		this.head = new ResponseHead(status, headers, target, mode);
		tally.version ??= this.head.version;
	}

	onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
		const { table, clock, tally, origin } = this.bench;
		clock.arrived();
		const at = clock.time - origin;
		this.lastByteAt = clock.time;
		if (this.bytes === 0) table.set(this.row, 'first_byte', at);
		this.bytes += chunk.length;
		tally.seconds.at(at).bytes += chunk.length;
		if (this.isSettled) return;
		if (this.head?.kind !== 'stream') {
			this.keepBody(chunk);
			return;
		}
		this.reader.push(chunk);
		const { phase } = this.reader;
		if (phase === 'streaming') return;
		// Of a pair, the second is the end; where it never comes, the first was (PAIR_GRACE_MS).
		if (phase === 'done' || this.endedAt === 0) this.endedAt = clock.time;
		if (phase === 'done') this.settleResult(this.reader.snapshot());
	}

	onResponseEnd(): void {
		this.bench.clock.arrived();
		this.isClosed = true;
		if (this.isSettled) return;
		if (this.head?.kind === 'stream') {
			this.reader.end();
			this.settleEnded({ from: 'stream', end: 'ended', hasBegun: this.bytes > 0 });
			return;
		}
		const body = Buffer.concat(this.body).toString();
		const result = this.head?.kind === 'json' ? readBlocking(body) : undefined;
		if (result !== undefined) {
			this.settleResult(result);
			return;
		}
		const { status = 0, contentType = '', location } = this.head ?? {};
		this.settle({
			outcome: outcomeOfStatus(status),
			failure: classifyError({ from: 'http', status, contentType, body, location }),
		});
	}

	onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
		this.bench.clock.arrived();
		this.isClosed = true;
		if (this.isSettled) return;
		if (this.head?.kind === 'stream') {
			this.settleEnded({ from: 'stream', end: 'broken', hasBegun: this.bytes > 0 });
			return;
		}
		const code = codeOf(error);
		this.settle({
			outcome: outcomeOfError(code, this.head !== undefined),
			failure: { ...classifyError({ from: 'network', code }), code },
		});
	}

	/** Gives up what has waited too long. @param now `performance.now()` */
	check(now: number): void {
		if (this.isSettled) {
			if (now - this.endedAt > LINGER_MS) this.close();
			return;
		}
		const { first, idle, total } = this.bench.timeouts;
		if (this.reader.phase === 'awaitingPair') {
			if (now - this.endedAt > PAIR_GRACE_MS) this.settleResult(this.reader.snapshot());
		} else if (this.deliveries.ttft === null && first !== null && now - this.dispatched > first) {
			this.giveUp('timeout_first', `no first token within ${first} ms`);
		} else if (this.deliveries.ttft !== null && idle !== null && now - this.lastByteAt > idle) {
			this.giveUp('timeout_idle', `no byte for ${idle} ms`);
		} else if (total !== null && now - this.dispatched > total) {
			this.giveUp('timeout_total', `no end within ${total} ms`);
		}
	}

	/** The run is over, and this is not. */
	cut(): void {
		if (this.isSettled) this.close();
		else this.giveUp('cut_by_deadline', 'still running when the run ended');
	}

	private keepBody(chunk: Buffer): void {
		const limit = this.head?.kind === 'json' ? Number.POSITIVE_INFINITY : MAX_ERROR_BODY_BYTES;
		if (this.bodyLength < limit) this.body.push(chunk.subarray(0, limit - this.bodyLength));
		this.bodyLength += chunk.length;
	}

	private settleEnded(evidence: Parameters<typeof classifyError>[0]): void {
		const result = this.reader.snapshot();
		if (result.status !== 'truncated') {
			this.settleResult(result);
			return;
		}
		const { malformedMessages } = this.reader;
		const outcome = malformedMessages > 0 ? 'malformed' : 'truncated';
		this.settle({ outcome, failure: classifyError(evidence), result });
	}

	private settleResult(result: Answer): void {
		const outcome = OUTCOME_OF_STATUS[result.status];
		const { failure } = result;
		this.settle({ outcome, result, ...(failure && { failure: classifyError(failure) }) });
	}

	private giveUp(outcome: OutcomeName, message: string): void {
		this.endedAt = performance.now();
		this.settle({ outcome, failure: { kind: outcome, message, hint: '' } });
		this.close();
	}

	private settle(settled: Settled): void {
		const { table, tally, clock, origin } = this.bench;
		const { row, deliveries } = this;
		const { outcome, result, failure } = settled;
		this.isSettled = true;
		if (this.endedAt === 0) this.endedAt = clock.time;
		deliveries.finish();
		table.set(row, 'bytes', this.bytes);
		table.set(row, 'terminal', this.endedAt - origin);
		const usage = result?.metadata.usage;
		table.set(row, 'completion_tokens', numberOf(usage?.completion_tokens));
		table.set(row, 'server_latency', numberOf(usage?.latency) * 1000);
		table.set(row, 'server_time_to_first_token', numberOf(usage?.time_to_first_token) * 1000);
		table.set(row, 'server_time_to_generate', numberOf(usage?.time_to_generate) * 1000);
		if (outcome !== 'completed') tally.fail(outcome, failure ?? {});
		else if (deliveries.kept !== undefined) {
			const e2e = this.endedAt - origin - table.get(row, 'planned');
			const { ttft, kept } = deliveries;
			tally.offer({ request: this.number, outcome, ttft, e2e, deliveries: kept });
		}
		// Last: it tells the reporting thread that the row is whole.
		table.set(row, 'outcome', OUTCOMES.indexOf(outcome));
		this.done(settled);
	}

	private close(): void {
		if (this.isClosed || this.controller === undefined) return;
		this.isClosed = true;
		this.controller.abort(new Error('done with'));
	}
}

function numberOf(value: unknown): number {
	return typeof value === 'number' ? value : Number.NaN;
}
