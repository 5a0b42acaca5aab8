import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { DifyError, ErrorSource } from '../../protocol/errors/classify';
import { classifyError, MAX_ERROR_BODY_BYTES } from '../../protocol/errors/classify';
import type { OutcomeName } from '../result';
import { OUTCOMES } from '../result';
import { N8nStreamReader } from './n8nStreamReader';
import { errorCodeOf, OUTCOME_OF_STATUS, outcomeOfError, outcomeOfHttpStatus } from './outcomes';
import type { AnswerResult, StreamReader } from './streamReader';
import { DifyStreamReader, readBlockingAnswer } from './streamReader';
import { StreamTimings } from './streamTimings';
import type { WorkerContext } from './workerStats';

/** How long a server may keep the connection open after the answer. Dify's chatflows take 1,000 ms. */
const LINGER_MS = 2_000;

export interface PlannedRequest {
	/** Index in the plan, from 0. */
	index: number;
	/** When the request was due, in ms since the start of the run. */
	planned: number;
	/** `performance.now()` at which the request was passed to the HTTP client. */
	dispatched: number;
}

/** How a request ended. */
export interface SettledRequest {
	outcome: OutcomeName;
	failure?: DifyError;
	result?: AnswerResult;
}

interface ResponseHead {
	status: number;
	contentType: string;
	location: string | undefined;
	/** How to read the body. It depends on the content type, whatever the request asked for. */
	kind: 'stream' | 'json' | 'other';
}

/**
 * Measures one request from its planned start to its terminal event. undici calls these handlers
 * directly after a poll of the sockets, so nothing is awaited here. No handler throws. Every request
 * ends exactly once, in {@link settle}.
 */
export class MeasuredRequest implements Dispatcher.DispatchHandler {
	/** Whether the connection is no longer used by this request. */
	isClosed = false;

	private readonly row: number;
	private readonly reader: StreamReader;
	private readonly timings: StreamTimings;
	private controller: Dispatcher.DispatchController | undefined;
	private head: ResponseHead | undefined;
	private readonly body: Buffer[] = [];
	private bodyLength = 0;
	private bytes = 0;
	private lastByteAt: number;
	private endedAt = 0;
	private isSettled = false;

	constructor(
		private readonly context: WorkerContext,
		private readonly request: PlannedRequest,
		private readonly onSettled: (settled: SettledRequest) => void,
	) {
		const { table, origin, target } = context;
		const { planned, dispatched } = request;
		this.row = table.addRow();
		this.lastByteAt = dispatched;
		this.timings = new StreamTimings(context, this.row, planned);
		const Reader = target === 'n8n' ? N8nStreamReader : DifyStreamReader;
		this.reader = new Reader((event) => this.timings.record(event));
		table.set(this.row, 'planned', planned);
		table.set(this.row, 'dispatched', dispatched - origin);
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		this.controller = controller;
		// The request can time out while the connection is being opened.
		if (this.isSettled) this.close();
	}

	onResponseStart(
		_controller: Dispatcher.DispatchController,
		status: number,
		headers: IncomingHttpHeaders,
	): void {
		const { clock, stats } = this.context;
		clock.onData();
		this.lastByteAt = clock.arrivedAt;
		this.head = readHead(status, headers, this.context);
		const version = headers['x-version'];
		stats.version ??= typeof version === 'string' && version !== '' ? version : null;
		this.reader.difyVersion = typeof version === 'string' ? version : undefined;
	}

	onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
		const { table, clock, stats, origin } = this.context;
		clock.onData();
		const at = clock.arrivedAt - origin;
		this.lastByteAt = clock.arrivedAt;
		if (this.bytes === 0) table.set(this.row, 'first_byte', at);
		this.bytes += chunk.length;
		stats.perSecond.at(at).bytes += chunk.length;
		if (this.isSettled) return;
		if (this.head?.kind !== 'stream') {
			this.keepBody(chunk);
			return;
		}
		this.reader.push(chunk);
		const { phase } = this.reader;
		if (phase === 'streaming') return;
		// A chatflow has two end events. The second one is the end, or the first if no second one comes.
		if (phase === 'done' || this.endedAt === 0) this.endedAt = clock.arrivedAt;
		if (phase === 'done') this.settleWithResult(this.reader.snapshot());
	}

	onResponseEnd(): void {
		this.context.clock.onData();
		this.isClosed = true;
		if (this.isSettled) return;
		if (this.head?.kind === 'stream') {
			this.reader.end();
			this.settleEndedStream({ from: 'streamEnd', end: 'ended', hasBegun: this.bytes > 0 });
			return;
		}
		const body = Buffer.concat(this.body).toString();
		const result = this.head?.kind === 'json' ? readBlockingAnswer(body) : undefined;
		if (result !== undefined) {
			this.settleWithResult(result);
			return;
		}
		const { status = 0, contentType = '', location } = this.head ?? {};
		this.settle({
			outcome: outcomeOfHttpStatus(status),
			failure: classifyError({ from: 'http', status, contentType, body, location }),
		});
	}

	onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
		this.context.clock.onData();
		this.isClosed = true;
		if (this.isSettled) return;
		if (this.head?.kind === 'stream') {
			this.settleEndedStream({ from: 'streamEnd', end: 'broken', hasBegun: this.bytes > 0 });
			return;
		}
		const code = errorCodeOf(error);
		this.settle({
			outcome: outcomeOfError(code, this.head !== undefined),
			failure: { ...classifyError({ from: 'network', code }), code },
		});
	}

	/** Ends the request if it is over one of its time limits. @param now `performance.now()` */
	checkTimeouts(now: number): void {
		if (this.isSettled) {
			if (now - this.endedAt > LINGER_MS) this.close();
			return;
		}
		const { first, idle, total } = this.context.timeouts;
		const sinceDispatch = now - this.request.dispatched;
		const { ttft } = this.timings;
		if (this.reader.phase === 'awaitingPair') {
			if (now - this.endedAt > this.reader.graceMs) this.settleWithResult(this.reader.snapshot());
		} else if (ttft === null && first !== null && sinceDispatch > first) {
			this.giveUp('timeout_first', `No first token within ${first} ms`);
		} else if (ttft !== null && idle !== null && now - this.lastByteAt > idle) {
			this.giveUp('timeout_idle', `No data for ${idle} ms`);
		} else if (total !== null && sinceDispatch > total) {
			this.giveUp('timeout_total', `The answer did not end within ${total} ms`);
		}
	}

	/** Ends the request because the run is over. */
	cut(): void {
		if (this.isSettled) this.close();
		else this.giveUp('cut_by_deadline', 'The request was still running when the run ended');
	}

	private keepBody(chunk: Buffer): void {
		const limit = this.head?.kind === 'json' ? Number.POSITIVE_INFINITY : MAX_ERROR_BODY_BYTES;
		if (this.bodyLength < limit) this.body.push(chunk.subarray(0, limit - this.bodyLength));
		this.bodyLength += chunk.length;
	}

	private settleEndedStream(source: ErrorSource): void {
		const result = this.reader.snapshot();
		if (result.status !== 'truncated') {
			this.settleWithResult(result);
			return;
		}
		const { malformedMessages } = this.reader;
		const outcome = malformedMessages > 0 ? 'malformed' : 'truncated';
		this.settle({ outcome, failure: classifyError(source), result });
	}

	private settleWithResult(result: AnswerResult): void {
		const outcome = OUTCOME_OF_STATUS[result.status];
		const { error } = result;
		this.settle({ outcome, result, ...(error && { failure: classifyError(error) }) });
	}

	private giveUp(outcome: OutcomeName, message: string): void {
		this.endedAt = performance.now();
		this.settle({ outcome, failure: { kind: outcome, message, hint: '' } });
		this.close();
	}

	private settle(settled: SettledRequest): void {
		const { table, stats, clock, origin } = this.context;
		const { row, timings } = this;
		const { outcome, result, failure } = settled;
		this.isSettled = true;
		if (this.endedAt === 0) this.endedAt = clock.arrivedAt;
		timings.finish();
		table.set(row, 'bytes', this.bytes);
		table.set(row, 'terminal', this.endedAt - origin);
		const usage = result?.metadata.usage;
		table.set(row, 'completion_tokens', toNumber(usage?.completion_tokens));
		table.set(row, 'server_latency', toNumber(usage?.latency) * 1000);
		table.set(row, 'server_time_to_first_token', toNumber(usage?.time_to_first_token) * 1000);
		table.set(row, 'server_time_to_generate', toNumber(usage?.time_to_generate) * 1000);
		if (outcome !== 'completed') stats.countFailure(outcome, failure ?? {});
		else if (timings.trace !== undefined) {
			const e2e = this.endedAt - origin - this.request.planned;
			const { ttft, trace } = timings;
			stats.keepIfSlowest({ request: this.request.index, outcome, ttft, e2e, deliveries: trace });
		}
		// The outcome is written last because it tells the main thread that the row is complete.
		table.set(row, 'outcome', OUTCOMES.indexOf(outcome));
		this.onSettled(settled);
	}

	private close(): void {
		if (this.isClosed || this.controller === undefined) return;
		this.isClosed = true;
		this.controller.abort(new Error('The load tester closed the connection'));
	}
}

function readHead(
	status: number,
	headers: IncomingHttpHeaders,
	{ target, mode }: WorkerContext,
): ResponseHead {
	const { location, 'content-type': contentType = '' } = headers;
	const isJson = /\bjson\b/i.test(contentType);
	const isStream = target === 'n8n' ? isJson : /^text\/event-stream\b/i.test(contentType);
	const kindOfAnswer = isStream ? 'stream' : mode === 'blocking' && isJson ? 'json' : 'other';
	const isSuccess = status >= 200 && status < 300;
	return { status, contentType, location, kind: isSuccess ? kindOfAnswer : 'other' };
}

function toNumber(value: unknown): number {
	return typeof value === 'number' ? value : Number.NaN;
}
