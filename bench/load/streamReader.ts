import type { RunPhase } from '../../protocol/stream/accumulator';
import { RunAccumulator } from '../../protocol/stream/accumulator';
import { isBlockingBody, parseBlockingBody } from '../../protocol/stream/blocking';
import type { DifyEvent, UnknownEvent } from '../../protocol/stream/events';
import { EVENT_ROLES, isKnownEvent } from '../../protocol/stream/events';
import type { RunResult } from '../../protocol/stream/result';
import type { SseMessage } from '../../protocol/stream/sseDecoder';
import { createSseDecoder } from '../../protocol/stream/sseDecoder';

/** An event of a stream, reduced to what is measured. */
export interface StreamEvent {
	event: string;
	/** UTF-16 units that the event adds to the answer. */
	characters: number;
	/** Whether any of them is outside the reasoning. */
	isVisible: boolean;
	/** The stamp of the stamping server (`calibrate`), in ms of the monotonic clock. */
	sentAt: number | undefined;
}

/** The result of an answer, as far as the load tester uses it. */
export type AnswerResult = Pick<RunResult, 'status' | 'metadata' | 'error' | 'conversation_id'>;

/** Parses the bytes of a streamed answer into events. */
export interface StreamReader {
	readonly phase: RunPhase;
	/** How long to wait for another event in the phase `awaitingPair`, in ms. */
	readonly graceMs: number;
	/** Version of Dify from the response headers, if it is known. Set before the first chunk. */
	difyVersion?: string;
	/** Number of lines that are not valid events. */
	readonly malformedMessages: number;
	push(chunk: Uint8Array): void;
	/** Must be called once the input has ended. */
	end(): void;
	/** Returns the result collected so far. */
	snapshot(): AnswerResult;
}

/** Reads a stream of Dify and detects its end. It does not use the clock. */
export class DifyStreamReader implements StreamReader {
	malformedMessages = 0;
	private readonly accumulator = new RunAccumulator({ separateReasoning: true });
	private readonly decoder = createSseDecoder((message) => this.readMessage(message));

	constructor(private readonly onEvent: (event: StreamEvent) => void) {}

	get phase(): RunPhase {
		return this.accumulator.phase;
	}

	get graceMs(): number {
		return this.accumulator.graceMs;
	}

	set difyVersion(version: string | undefined) {
		this.accumulator.difyVersion = version;
	}

	push(chunk: Uint8Array): void {
		this.decoder.push(chunk);
	}

	end(): void {
		this.decoder.end();
	}

	snapshot(): AnswerResult {
		return this.accumulator.snapshot();
	}

	private readMessage(message: SseMessage): void {
		if (!message.ok) {
			this.malformedMessages++;
			return;
		}
		const { event } = message;
		const { textEventCount: textEventsBefore, answerLength: lengthBefore } = this.accumulator;
		const visibleText = this.accumulator.push(event);
		const isText = this.accumulator.textEventCount > textEventsBefore;
		const { sent_at } = event as { sent_at?: unknown };
		this.onEvent({
			event: event.event,
			characters: isText ? this.countCharacters(event, lengthBefore) : 0,
			isVisible: isText && visibleText !== '',
			sentAt: typeof sent_at === 'number' ? sent_at : undefined,
		});
	}

	/** Returns how many characters of answer an event brought. A replacement brings all of its text. */
	private countCharacters(event: DifyEvent | UnknownEvent, lengthBefore: number): number {
		const { answerLength } = this.accumulator;
		const isReplacement = isKnownEvent(event) && EVENT_ROLES[event.event] === 'replace';
		return isReplacement || answerLength <= lengthBefore
			? answerLength
			: answerLength - lengthBefore;
	}
}

/** Reads a blocking answer. Returns `undefined` if the body is not one. */
export function readBlockingAnswer(body: string): AnswerResult | undefined {
	try {
		const value: unknown = JSON.parse(body);
		return isBlockingBody(value) ? parseBlockingBody(value) : undefined;
	} catch {
		return undefined;
	}
}
