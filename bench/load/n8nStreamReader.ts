import type { RunPhase } from '../../protocol/stream/accumulator';
import type { RunResult } from '../../protocol/stream/result';
import type { AnswerResult, StreamEvent, StreamReader } from './streamReader';

/** One line of n8n's streamed response. In chunks of the type `item`, `content` is text of the answer. */
interface StructuredChunk {
	type: string;
	content?: unknown;
}

/**
 * Reads the streamed response of an n8n webhook (Respond: Streaming). Each line is a JSON object. Each
 * streaming node sends `begin`, then `item` chunks with text, then `end` or `error`. n8n closes the
 * response at the end of the workflow, so the end of the answer is known only then.
 */
export class N8nStreamReader implements StreamReader {
	readonly phase: RunPhase = 'streaming';
	readonly graceMs = 0;
	malformedMessages = 0;

	private readonly utf8 = new TextDecoder();
	/** Start of a line whose end has not arrived. */
	private incompleteLine = '';
	private openNodes = 0;
	private endedNodes = 0;
	private error: string | undefined;

	constructor(private readonly onEvent: (event: StreamEvent) => void) {}

	push(chunk: Uint8Array): void {
		const lines = (this.incompleteLine + this.utf8.decode(chunk, { stream: true })).split('\n');
		this.incompleteLine = lines.pop() ?? '';
		for (const line of lines) this.readLine(line);
	}

	end(): void {
		this.readLine(this.incompleteLine + this.utf8.decode());
		this.incompleteLine = '';
	}

	snapshot(): AnswerResult {
		const error: RunResult['error'] =
			this.error === undefined ? undefined : { message: this.error, from: 'event' };
		const isComplete = this.endedNodes > 0 && this.openNodes === 0;
		return {
			status: error !== undefined ? 'failed' : isComplete ? 'completed' : 'truncated',
			metadata: { usage: null },
			error,
		};
	}

	private readLine(line: string): void {
		if (line.trim() === '') return;
		const chunk = parseChunk(line);
		if (chunk === undefined) {
			this.malformedMessages++;
			return;
		}
		const { type, content } = chunk;
		const text = typeof content === 'string' ? content : '';
		if (type === 'begin') this.openNodes++;
		else if (type === 'end') {
			this.openNodes--;
			this.endedNodes++;
		} else if (type === 'error') this.error ??= text;
		const characters = type === 'item' ? text.length : 0;
		this.onEvent({ event: type, characters, isVisible: characters > 0, sentAt: undefined });
	}
}

function parseChunk(line: string): StructuredChunk | undefined {
	try {
		const chunk: unknown = JSON.parse(line);
		if (typeof chunk !== 'object' || chunk === null || !('type' in chunk)) return undefined;
		return typeof chunk.type === 'string' ? (chunk as StructuredChunk) : undefined;
	} catch {
		return undefined;
	}
}
