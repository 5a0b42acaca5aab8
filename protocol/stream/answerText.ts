import { toText } from '../text';
import type { SplitAnswer } from './reasoning';
import { addMissingOpenTag, ReasoningSplitter, splitReasoning } from './reasoning';
import { TextBuffer } from './textBuffer';

/** The answer's text as the events of a run build it. Also returns each delta for a streaming client. */
export class AnswerText {
	private readonly text = new TextBuffer();
	private splitter: ReasoningSplitter | undefined;

	/** Number of events that brought new non-empty text. */
	textEventCount = 0;

	/** @param separateReasoning whether to remove `<think>…</think>` from the answer */
	constructor(separateReasoning: boolean) {
		if (separateReasoning) this.splitter = new ReasoningSplitter();
	}

	/** Length of the raw text in UTF-16 units. */
	get length(): number {
		return this.text.length;
	}

	/** Returns the raw text, including reasoning tags. */
	toString(): string {
		return this.text.toString();
	}

	/** Appends a delta. Returns the part of it that a streaming client receives. */
	append(delta: unknown): string {
		const text = toText(delta);
		if (text === '') return '';
		this.textEventCount++;
		this.text.append(text);
		return this.splitter === undefined ? text : this.splitter.push(text).text;
	}

	/** Replaces the whole answer. Returns what a streaming client receives, see {@link computeDelta}. */
	replace(value: unknown): string {
		const text = toText(value);
		// A streaming client has everything that `before` has, except what the splitter held back.
		const heldBack = this.end();
		const before = this.split(this.toString()).text;
		this.text.replace(text);
		if (text !== '') this.textEventCount++;
		let after = text;
		if (this.splitter !== undefined) {
			this.splitter = new ReasoningSplitter();
			after = this.splitter.push(addMissingOpenTag(text)).text;
		}
		const delta = computeDelta(after, before);
		return after.startsWith(before) ? heldBack + delta : delta;
	}

	/**
	 * Processes an event that states the whole answer again.
	 * It counts as text only if it differs from what has arrived.
	 */
	repeat(value: unknown): string {
		const text = toText(value);
		return text === '' || text === this.toString() ? '' : this.replace(text);
	}

	/** Returns the text that was held back for a streaming client because it may have been a tag. */
	end(): string {
		return this.splitter?.end().text ?? '';
	}

	/** Splits a whole answer into visible text and reasoning, if this answer separates them. */
	split(answer: string): SplitAnswer {
		return this.splitter === undefined ? { text: answer, reasoning: '' } : splitReasoning(answer);
	}
}

/**
 * Returns the text to send to a streaming client that has received `before` and should now see
 * `after`: the remainder, or, because sent text cannot be removed, all of `after` as a new paragraph.
 * For an answer that was replaced by nothing there is nothing to send.
 */
export function computeDelta(after: string, before: string): string {
	if (after === '') return '';
	return after.startsWith(before) ? after.slice(before.length) : `\n\n${after}`;
}
