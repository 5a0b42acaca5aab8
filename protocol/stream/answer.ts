import type { SplitText } from './reasoning';
import { ReasoningSplitter, splitReasoning } from './reasoning';
import { TextBuffer } from './text';

/** The answer as its events write it: whole in the end, piece by piece for someone who reads along. */
export class Answer {
	private readonly text = new TextBuffer();
	private splitter: ReasoningSplitter | undefined;

	/** Events that added a non-empty piece. */
	textEvents = 0;

	/** @param separateReasoning whether `<think>…</think>` leaves the answer */
	constructor(separateReasoning: boolean) {
		if (separateReasoning) this.splitter = new ReasoningSplitter();
	}

	/** As it stands, with whatever tags it came with. */
	toString(): string {
		return this.text.toString();
	}

	/** Takes a delta; gives what someone who reads along gets of it. */
	append(piece: unknown): string {
		if (typeof piece !== 'string' || piece === '') return '';
		this.textEvents++;
		this.text.append(piece);
		return this.splitter === undefined ? piece : this.splitter.push(piece).text;
	}

	/** Puts `text` in place of the answer so far; gives what someone who reads along gets of it. */
	replace(text: unknown): string {
		if (typeof text !== 'string') return '';
		const before = this.part(this.toString()).text;
		this.text.replace(text);
		if (text !== '') this.textEvents++;
		if (this.splitter !== undefined) {
			this.splitter = new ReasoningSplitter();
			this.splitter.push(text);
		}
		const after = this.part(text).text;
		return toDelta(after, before);
	}

	/** What is said and what was thought of a whole answer. */
	part(text: string): SplitText {
		return this.splitter === undefined ? { text, reasoning: '' } : splitReasoning(text);
	}
}

/**
 * What someone who has read `before` gets of `after`: its rest or, as
 * what was read cannot be unread, all of it in a paragraph of its own.
 */
export function toDelta(after: string, before: string): string {
	return after.startsWith(before) ? after.slice(before.length) : `\n\n${after}`;
}
