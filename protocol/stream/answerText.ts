import type { SplitAnswer } from './reasoning';
import { ReasoningSplitter, splitReasoning } from './reasoning';

/**
 * Collects text deltas in time and memory linear in their total length. A string grown with `+=`
 * keeps a rope node of 32 bytes and a small string for each delta until something flattens it: 10 MB
 * in 4-byte deltas would take 150 MB. Joining the deltas in blocks of 1024 avoids that.
 */
export class TextBuffer {
	private blocks: string[] = [];
	private deltas: string[] = [];

	append(delta: string): void {
		this.deltas.push(delta);
		if (this.deltas.length >= 1024) this.flush();
	}

	/** Replaces the whole text. */
	replace(text: string): void {
		this.blocks = [text];
		this.deltas = [];
	}

	toString(): string {
		this.flush();
		// Keep the joined text, so that the next call does not join it again.
		if (this.blocks.length > 1) this.blocks = [this.blocks.join('')];
		return this.blocks[0] ?? '';
	}

	private flush(): void {
		if (this.deltas.length === 0) return;
		this.blocks.push(this.deltas.join(''));
		this.deltas = [];
	}
}

/** The answer's text as the events of a run build it. Also returns each delta for a streaming client. */
export class AnswerText {
	private readonly text = new TextBuffer();
	private splitter: ReasoningSplitter | undefined;

	/** Number of events that brought non-empty text. */
	textEventCount = 0;

	/** @param separateReasoning whether to remove `<think>…</think>` from the answer */
	constructor(separateReasoning: boolean) {
		if (separateReasoning) this.splitter = new ReasoningSplitter();
	}

	/** Returns the raw text, including reasoning tags. */
	toString(): string {
		return this.text.toString();
	}

	/** Appends a delta. Returns the part of it that a streaming client receives. */
	append(delta: unknown): string {
		if (typeof delta !== 'string' || delta === '') return '';
		this.textEventCount++;
		this.text.append(delta);
		return this.splitter === undefined ? delta : this.splitter.push(delta).text;
	}

	/** Replaces the whole answer. Returns what a streaming client receives, see {@link computeDelta}. */
	replace(text: unknown): string {
		if (typeof text !== 'string') return '';
		const before = this.split(this.toString()).text;
		this.text.replace(text);
		if (text !== '') this.textEventCount++;
		if (this.splitter !== undefined) {
			this.splitter = new ReasoningSplitter();
			this.splitter.push(text);
		}
		const after = this.split(text).text;
		return computeDelta(after, before);
	}

	/** Splits a whole answer into visible text and reasoning, if this answer separates them. */
	split(answer: string): SplitAnswer {
		return this.splitter === undefined ? { text: answer, reasoning: '' } : splitReasoning(answer);
	}
}

/**
 * Returns the text to send to a streaming client that has received `before` and should now see
 * `after`: the remainder, or, because sent text cannot be removed, all of `after` as a new paragraph.
 */
export function computeDelta(after: string, before: string): string {
	return after.startsWith(before) ? after.slice(before.length) : `\n\n${after}`;
}
