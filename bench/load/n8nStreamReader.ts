import type { RunPhase } from '../../protocol/stream/accumulator';
import type { RunResult } from '../../protocol/stream/result';
import type { Answer, Reader, Reading } from './streamReader';

/** A line of n8n's streamed response; `content` holds text in those of type `item`. */
interface Chunk {
	type: string;
	content?: unknown;
}

/**
 * Reads what an n8n webhook streams (Respond: Streaming): a JSON object a line, `begin`, `item` with a
 * piece of text, `end` or `error` for each node that streams. n8n ends the response when the workflow
 * is through; only then is it known to be.
 */
export class N8nReader implements Reader {
	readonly phase: RunPhase = 'streaming';
	/** Lines that were no chunks. */
	malformedMessages = 0;

	private readonly utf8 = new TextDecoder();
	private rest = '';
	private open = 0;
	private ended = 0;
	private error: string | undefined;

	constructor(private readonly onEvent: (reading: Reading) => void) {}

	push(chunk: Uint8Array): void {
		const lines = (this.rest + this.utf8.decode(chunk, { stream: true })).split('\n');
		this.rest = lines.pop() ?? '';
		for (const line of lines) this.take(line);
	}

	end(): void {
		this.take(this.rest + this.utf8.decode());
		this.rest = '';
	}

	snapshot(): Answer {
		const failure: RunResult['failure'] =
			this.error === undefined ? undefined : { message: this.error, from: 'event' };
		const isWhole = this.ended > 0 && this.open === 0;
		return {
			status: failure !== undefined ? 'failed' : isWhole ? 'completed' : 'truncated',
			metadata: { usage: null },
			failure,
		};
	}

	private take(line: string): void {
		if (line.trim() === '') return;
		const chunk = parsed(line);
		if (chunk === undefined) {
			this.malformedMessages++;
			return;
		}
		const { type, content } = chunk;
		const text = typeof content === 'string' ? content : '';
		if (type === 'begin') this.open++;
		else if (type === 'end') {
			this.open--;
			this.ended++;
		} else if (type === 'error') this.error ??= text;
		const characters = type === 'item' ? text.length : 0;
		this.onEvent({ event: type, characters, isVisible: characters > 0, sentAt: undefined });
	}
}

function parsed(line: string): Chunk | undefined {
	try {
		const chunk: unknown = JSON.parse(line);
		if (typeof chunk !== 'object' || chunk === null || !('type' in chunk)) return undefined;
		return typeof chunk.type === 'string' ? (chunk as Chunk) : undefined;
	} catch {
		return undefined;
	}
}
