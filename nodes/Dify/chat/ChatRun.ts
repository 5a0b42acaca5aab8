import type { IExecuteFunctions } from 'n8n-workflow';
import type { DifyError, ErrorSource } from '../../../protocol/errors/classify';
import { classifyError } from '../../../protocol/errors/classify';
import type { AccumulatorOptions } from '../../../protocol/stream/accumulator';
import { RunAccumulator } from '../../../protocol/stream/accumulator';
import { isBlockingBody, parseBlockingBody } from '../../../protocol/stream/blocking';
import type { DifyEvent, UnknownEvent } from '../../../protocol/stream/events';
import type { RunResult, RunStatus } from '../../../protocol/stream/result';
import type { SseMessage } from '../../../protocol/stream/sseDecoder';
import { createSseDecoder } from '../../../protocol/stream/sseDecoder';
import { parseJson, startsLikeJson } from '../../../protocol/text';
import type { DifyClient, DifyRequest } from '../transport/DifyClient';
import type { BodyStart, HttpResponse } from '../transport/httpResponse';
import {
	MAX_EVENT_BYTES,
	MAX_JSON_BYTES,
	MAX_KEPT_EVENTS_BYTES,
	decodeText,
	isEventStream,
	isSuccess,
	joinChunks,
	readBody,
	readBodyStart,
	readError,
	toErrorSource,
} from '../transport/httpResponse';
import type { AbortReason, TimeoutLimits } from '../transport/requestTimeouts';
import { RequestTimeouts, onTimeout } from '../transport/requestTimeouts';
import type { RunOptions } from './options';
import type { WebhookStream } from './webhookStream';

/**
 * A chatflow sends its first event within one or two seconds. After this time without one,
 * the cause is looked up.
 */
const STALL_MS = 10_000;

export interface RunSettings extends TimeoutLimits, AccumulatorOptions {
	/** Whether to keep all events. */
	includeEvents: boolean;
	/** Called for each piece of the answer. Reading continues when its promise settles. */
	onText?: (text: string) => Promise<void>;
	/**
	 * Called once if no event arrives within {@link STALL_MS}. Returns the cause,
	 * or `undefined` to keep waiting.
	 */
	diagnoseStall?: (stall: StalledRun) => Promise<DifyError | undefined>;
	/**
	 * Called when the response headers have arrived. Returns an error to give up the run.
	 * `signal` aborts with the run.
	 */
	onConnected?: (signal: AbortSignal) => Promise<DifyError | undefined>;
	/** Whether pings do not restart the idle timeout. */
	ignoresPings?: boolean;
}

/** A run whose response has begun, but contains no event. */
export interface StalledRun {
	/** Value of the header `X-Version`, which a proxy may remove. */
	difyVersion: string | undefined;
	/** Aborts when the run ends. */
	signal: AbortSignal;
}

/** Times in ms since the request was sent. `events` does not include pings. */
interface RunTiming {
	ttft_ms: number | null;
	duration_ms: number;
	events: number;
	text_events: number;
}

/** Everything that was received of a run, and why it ended. */
export interface RunOutcome {
	result: RunResult;
	timing: RunTiming;
	/** Why the run is not complete; `undefined` for a run that is. */
	error?: DifyError;
	/** Whether any text was passed to `onText`. */
	wasStreamed: boolean;
	/** The answer with its think tags, to compare it with the answer that Dify stores. */
	rawAnswer: string;
	/** Whether the response ended before the run did. Dify may then have more of the answer. */
	isCutShort: boolean;
	/** Why this node ended the request; `undefined` if it did not. */
	abortReason?: AbortReason;
	/** All events, if `includeEvents` is set. */
	events: Array<DifyEvent | UnknownEvent>;
	/** Number of messages in the stream that are not valid events, and were skipped. */
	malformedMessages: number;
	/** Value of the header `X-Version`, which a proxy may remove. */
	difyVersion?: string;
}

/** Sends one request whose response is a run, and collects the run from an event stream or a JSON body. */
export class ChatRun {
	private readonly timeouts: RequestTimeouts;
	private readonly startedAt = performance.now();
	private readonly accumulator: RunAccumulator;
	private readonly events: Array<DifyEvent | UnknownEvent> = [];
	private firstTextAt: number | undefined;
	private malformedMessages = 0;
	/** What a gateway wrote into the stream in place of an event. */
	private malformedText: string | undefined;
	private wasStreamed = false;
	private difyVersion: string | undefined;
	private isConnectionBroken = false;
	private stallError: DifyError | undefined;
	private response: HttpResponse | undefined;
	/** Bytes since the last event, or of the whole stream if all events are kept. */
	private unreadBytes = 0;
	/** Characters of the answer. */
	private textLength = 0;

	constructor(
		private readonly client: DifyClient,
		private readonly settings: RunSettings,
	) {
		this.timeouts = new RequestTimeouts(settings);
		this.accumulator = new RunAccumulator(settings);
	}

	/** Sends the request and reads the run to its end. Never throws for an error of Dify or of the connection. */
	async execute(
		request: Pick<DifyRequest, 'method' | 'path' | 'qs' | 'body'>,
	): Promise<RunOutcome> {
		const { client, timeouts } = this;
		try {
			const outcome = await this.sendAndRead(request);
			const { result, timing, error, abortReason } = outcome;
			client.logDebug('Run ended', {
				status: result.status,
				error: error?.kind,
				abortReason,
				events: timing.events,
				durationMs: timing.duration_ms,
				difyVersion: outcome.difyVersion,
			});
			return outcome;
		} finally {
			timeouts.dispose();
			// Leaving the loop over a body does not close its connection.
			this.response?.close();
		}
	}

	private async sendAndRead(request: DifyRequest): Promise<RunOutcome> {
		const { client, settings, timeouts } = this;
		const { signal } = timeouts;
		const startsRun = request.method === 'POST';
		const sent = await client.send({ ...request, signal, startsRun });
		if (!sent.ok) return this.fail(this.limitError() ?? sent.source);
		const { response } = sent;
		this.response = response;
		timeouts.touch();
		this.difyVersion = response.headers['x-version'];
		this.accumulator.difyVersion = this.difyVersion;
		const chunks = this.readChunks(response.body);
		let start: BodyStart | undefined;
		if (!isSuccess(response)) {
			// A gateway can call an event stream a web page.
			if (response.status === 200) start = await readBodyStart(chunks);
			if (start?.format !== 'eventStream') {
				const body = joinChunks(start?.chunks ?? [], chunks);
				return this.toOutcome(await readError({ ...response, body }), 'failed');
			}
		}
		const error = await settings.onConnected?.(signal);
		if (error !== undefined) {
			timeouts.abort('closed');
			return this.toOutcome(error, 'failed');
		}
		const isJson = /\bjson\b/i.test(response.contentType);
		const cancelStallCheck = isJson
			? undefined
			: onTimeout(STALL_MS, () => void this.diagnoseStall());
		try {
			start ??= await readBodyStart(chunks);
			const body = joinChunks(start.chunks, chunks);
			// Dify can answer a blocking request with a stream, and the other way round (docs/dify-api.md#blocking).
			if (isEventStream(start.format, response)) return await this.readStream(body);
			cancelStallCheck?.();
			return await this.readBlocking({ ...response, body });
		} finally {
			cancelStallCheck?.();
		}
	}

	private async readStream(body: AsyncIterable<Uint8Array>): Promise<RunOutcome> {
		const pieces: string[] = [];
		const decoder = createSseDecoder((message) => pieces.push(this.push(message)), {
			transformData: (data) => this.client.redact(data),
		});
		for await (const chunk of body) {
			decoder.push(chunk);
			await this.streamText(pieces.splice(0));
			const { phase, graceMs } = this.accumulator;
			if (phase === 'done') {
				// The server may keep the connection open, and n8n's helper would wait for its next byte.
				this.response?.close();
				break;
			}
			if (phase === 'awaitingPair') this.timeouts.closeAfter(graceMs);
		}
		decoder.end();
		pieces.push(this.addText(this.accumulator.end()));
		await this.streamText(pieces.splice(0));
		if (this.stallError !== undefined) return this.toOutcome(this.stallError, 'failed');
		return this.endStream();
	}

	/** Yields the chunks of a body. Ends without an exception if the connection breaks or a limit passes. */
	private async *readChunks(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
		try {
			for await (const chunk of body) {
				const { eventCount } = this.accumulator;
				if (this.settings.ignoresPings !== true) this.timeouts.touch();
				this.unreadBytes += chunk.length;
				if (this.sizeError() !== undefined) {
					this.response?.close();
					return;
				}
				yield chunk;
				if (this.accumulator.eventCount === eventCount) continue;
				this.timeouts.touch();
				if (!this.settings.includeEvents) this.unreadBytes = 0;
			}
		} catch {
			this.isConnectionBroken = true;
		}
	}

	private async readBlocking(response: HttpResponse): Promise<RunOutcome> {
		const received = await readBody(response, MAX_JSON_BYTES);
		const limitError = this.limitError();
		if (limitError !== undefined) return this.fail(limitError);
		if (received.isTooLarge) return this.fail({ from: 'bodySize', limitBytes: MAX_JSON_BYTES });
		const text = this.client.redact(decodeText(received.bytes));
		const body = parseJson(text);
		if (body === undefined && startsLikeJson(text)) {
			return this.fail({ from: 'streamEnd', end: 'broken', hasBegun: true });
		}
		if (!isBlockingBody(body)) return this.fail(toErrorSource(response, text));
		const result = parseBlockingBody(body, this.settings);
		return { ...this.toOutcome(), result, isCutShort: false };
	}

	/** Adds a message of the stream to the run and returns the text that it adds to the answer. */
	private push(message: SseMessage): string {
		if (!message.ok) {
			this.malformedMessages++;
			this.malformedText ??= message.text;
			return '';
		}
		if (this.settings.includeEvents) this.events.push(message.event);
		const { hasBegun } = this.accumulator;
		const text = this.accumulator.push(message.event);
		if (!hasBegun && this.accumulator.hasBegun) {
			this.client.logDebug('First event', { event: message.event.event, ms: this.elapsedMs() });
		}
		return this.addText(text);
	}

	/** Notes the time of the first text of the answer. */
	private addText(text: string): string {
		if (text !== '') this.firstTextAt ??= performance.now();
		this.textLength += text.length;
		return text;
	}

	private async streamText(pieces: string[]): Promise<void> {
		const { onText } = this.settings;
		if (onText === undefined) return;
		for (const piece of pieces) {
			if (piece === '') continue;
			this.wasStreamed = true;
			await onText(piece);
		}
	}

	private async diagnoseStall(): Promise<void> {
		if (this.accumulator.hasBegun) return;
		const { difyVersion, timeouts } = this;
		let cause: DifyError | undefined;
		try {
			cause = await this.settings.diagnoseStall?.({ difyVersion, signal: timeouts.signal });
		} catch {
			// Nobody awaits this method, and a diagnosis that fails must not end the run.
		}
		this.client.logDebug('No event received', { ms: this.elapsedMs(), cause: cause?.kind });
		if (cause === undefined || this.accumulator.hasBegun) return;
		if (this.timeouts.abortReason !== undefined) return;
		this.stallError = cause;
		this.timeouts.abort('closed');
	}

	/** Returns the outcome after the stream has ended for whatever reason. */
	private endStream(): RunOutcome {
		const { status, error } = this.accumulator.snapshot();
		if (error !== undefined) return this.fail(error);
		const sizeError = this.sizeError();
		if (sizeError !== undefined) return this.fail(sizeError);
		if (status !== 'truncated') return this.toOutcome();
		const { hasBegun } = this.accumulator;
		const { malformedText } = this;
		if (!hasBegun && malformedText !== undefined) {
			return this.fail({ from: 'event', message: malformedText });
		}
		const end = this.isConnectionBroken ? 'broken' : 'ended';
		return this.fail(this.limitError() ?? { from: 'streamEnd', end, hasBegun });
	}

	/** Returns the size limit that the response exceeds, or `undefined` if it exceeds none. */
	private sizeError(): ErrorSource | undefined {
		const { unreadBytes, textLength, settings } = this;
		const limitBytes = settings.includeEvents ? MAX_KEPT_EVENTS_BYTES : MAX_EVENT_BYTES;
		if (unreadBytes > limitBytes) return { from: 'bodySize', limitBytes };
		return textLength > MAX_JSON_BYTES
			? { from: 'bodySize', limitBytes: MAX_JSON_BYTES }
			: undefined;
	}

	/** Returns the limit that ended the request, or `undefined` if none did. */
	private limitError(): ErrorSource | undefined {
		const { exceededLimit } = this.timeouts;
		if (exceededLimit === undefined) return undefined;
		return { from: 'timeout', ...exceededLimit, hasBegun: this.accumulator.hasBegun };
	}

	private fail(source: ErrorSource): RunOutcome {
		return this.toOutcome(classifyError(source), failedStatus(source));
	}

	/** Returns what has arrived. `status` replaces the status that follows from the events. */
	private toOutcome(error?: DifyError, status?: RunStatus): RunOutcome {
		const { accumulator, startedAt, firstTextAt } = this;
		const result = accumulator.snapshot();
		if (status !== undefined) result.status = status;
		return {
			result,
			timing: {
				ttft_ms: firstTextAt === undefined ? null : roundMs(firstTextAt - startedAt),
				duration_ms: this.elapsedMs(),
				events: accumulator.eventCount,
				text_events: accumulator.textEventCount,
			},
			error,
			wasStreamed: this.wasStreamed,
			rawAnswer: accumulator.rawAnswer,
			isCutShort: result.status === 'truncated' || result.status === 'timeout',
			abortReason: this.timeouts.abortReason,
			events: this.events,
			malformedMessages: this.malformedMessages,
			difyVersion: this.difyVersion,
		};
	}

	private elapsedMs(): number {
		return roundMs(performance.now() - this.startedAt);
	}
}

/** Returns the settings of a run that the options of the node define. */
export function toRunSettings(
	context: IExecuteFunctions,
	{ idleTimeout, maxDuration, includeEvents, separateReasoning }: RunOptions,
	stream: WebhookStream | undefined,
): RunSettings {
	return {
		idleTimeoutMs: idleTimeout * 1000,
		maxDurationMs: maxDuration * 1000,
		cancelSignal: context.getExecutionCancelSignal(),
		includeEvents,
		separateReasoning,
		onText: stream === undefined ? undefined : async (text) => await stream.sendText(text),
	};
}

function roundMs(ms: number): number {
	return Math.round(ms * 10) / 10;
}

function failedStatus(source: ErrorSource): RunStatus {
	if (source.from === 'timeout') return 'timeout';
	return source.from === 'streamEnd' ? 'truncated' : 'failed';
}
