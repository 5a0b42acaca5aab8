import { parseBlockingBody, isBlockingBody } from '../../protocol/stream/blocking';
import type { RunPhase } from '../../protocol/stream/accumulator';
import { RunAccumulator } from '../../protocol/stream/accumulator';
import type { SseMessage } from '../../protocol/stream/sseDecoder';
import { createSseDecoder } from '../../protocol/stream/sseDecoder';
import type { DifyEvent, UnknownEvent } from '../../protocol/stream/events';
import { EVENTS, isKnownEvent } from '../../protocol/stream/events';
import type { RunResult } from '../../protocol/stream/result';

/** An event as the measuring sees it. */
export interface Reading {
	event: string;
	/** UTF-16 units that it adds to the answer; 0 for none. */
	characters: number;
	/** Whether any of them lies outside reasoning. */
	isVisible: boolean;
	/** When a stamping server wrote it, in ms of the monotonic clock. */
	sentAt: number | undefined;
}

/** What is known of an answer once no more of it comes. */
export type Answer = Pick<RunResult, 'status' | 'metadata' | 'failure' | 'conversation_id'>;

/** Whatever turns the bytes of a streamed answer into events. */
export interface Reader {
	readonly phase: RunPhase;
	/** Lines that were no events. */
	readonly malformedMessages: number;
	push(chunk: Uint8Array): void;
	/** No more bytes come. */
	end(): void;
	snapshot(): Answer;
}

/** Reads one answer streamed by Dify, and knows when it is over. Of the clock it knows nothing. */
export class DifyReader implements Reader {
	private readonly collector = new RunAccumulator({ separateReasoning: true });
	private readonly decoder = createSseDecoder((frame) => this.take(frame));
	/** Data lines that were no events. */
	malformedMessages = 0;

	constructor(private readonly onEvent: (reading: Reading) => void) {}

	get phase(): RunPhase {
		return this.collector.phase;
	}

	push(chunk: Uint8Array): void {
		this.decoder.push(chunk);
	}

	end(): void {
		this.decoder.end();
	}

	snapshot(): Answer {
		return this.collector.snapshot();
	}

	private take(frame: SseMessage): void {
		if (!frame.ok) {
			this.malformedMessages++;
			return;
		}
		const { event } = frame;
		const before = this.collector.textEvents;
		const visible = this.collector.push(event);
		const isText = this.collector.textEvents > before;
		const { sent_at } = event as { sent_at?: unknown };
		this.onEvent({
			event: event.event,
			characters: isText ? lengthOf(event) : 0,
			isVisible: isText && visible !== '',
			sentAt: typeof sent_at === 'number' ? sent_at : undefined,
		});
	}
}

/** A blocking answer, or `undefined` when the body is none. */
export function readBlocking(body: string): Answer | undefined {
	try {
		const value: unknown = JSON.parse(body);
		return isBlockingBody(value) ? parseBlockingBody(value) : undefined;
	} catch {
		return undefined;
	}
}

/** The length of the piece of answer that an event carries. */
function lengthOf(event: DifyEvent | UnknownEvent): number {
	if (!isKnownEvent(event)) return 0;
	const { answer, data } = event as { answer?: unknown; data?: { text?: unknown } };
	const role = EVENTS[event.event];
	if (role !== 'text' && role !== 'replace' && role !== 'file') return 0;
	if (typeof answer === 'string') return answer.length;
	return typeof data?.text === 'string' ? data.text.length : 0;
}
