/** An answer, or a part of one, split into visible text and reasoning. */
export interface SplitAnswer {
	text: string;
	reasoning: string;
}

const OPEN_TAG = '<think>';
const CLOSE_TAG = '</think>';

/**
 * Separates `<think>…</think>` from a streamed answer. A tag may be spread over several deltas.
 * Dify does not remove a model's tags from the text of the answer (langgenius/dify#14505, langgenius/dify#17660).
 */
export class ReasoningSplitter {
	private isInReasoning = false;
	/** The end of the last delta, if it may be the start of the next tag. */
	private pending = '';
	/** Whether to skip white space: line breaks after a tag belong neither to the reasoning nor to the text. */
	private shouldTrimStart = false;

	/** Processes a delta. Returns the text and reasoning that are certain so far. */
	push(delta: string): SplitAnswer {
		const output: SplitAnswer = { text: '', reasoning: '' };
		let rest = this.pending + delta;
		this.pending = '';
		for (;;) {
			const tag = this.isInReasoning ? CLOSE_TAG : OPEN_TAG;
			const tagIndex = rest.indexOf(tag);
			if (tagIndex === -1) break;
			this.emit(rest.slice(0, tagIndex), output);
			rest = rest.slice(tagIndex + tag.length);
			this.isInReasoning = !this.isInReasoning;
			this.shouldTrimStart = true;
		}
		const pendingLength = partialTagLength(rest, this.isInReasoning ? CLOSE_TAG : OPEN_TAG);
		const certainLength = rest.length - pendingLength;
		this.pending = rest.slice(certainLength);
		this.emit(rest.slice(0, certainLength), output);
		return output;
	}

	/** Ends the answer. Returns the pending characters, which turned out not to be a tag. */
	end(): SplitAnswer {
		const output: SplitAnswer = { text: '', reasoning: '' };
		this.emit(this.pending, output);
		this.pending = '';
		return output;
	}

	private emit(piece: string, output: SplitAnswer): void {
		const trimmed = this.shouldTrimStart ? piece.trimStart() : piece;
		if (trimmed === '') return;
		this.shouldTrimStart = false;
		if (this.isInReasoning) output.reasoning += trimmed;
		else output.text += trimmed;
	}
}

/**
 * Splits a whole answer. Some chat templates open the block themselves, so the model sends the closing
 * tag only (langgenius/dify#13590): everything before such a tag is reasoning.
 */
export function splitReasoning(answer: string): SplitAnswer {
	const closeIndex = answer.indexOf(CLOSE_TAG);
	const openIndex = answer.indexOf(OPEN_TAG);
	const isOpenTagMissing = closeIndex !== -1 && (openIndex === -1 || closeIndex < openIndex);
	const splitter = new ReasoningSplitter();
	const parts = [splitter.push(isOpenTagMissing ? OPEN_TAG + answer : answer), splitter.end()];
	return {
		text: parts.map((part) => part.text).join(''),
		reasoning: parts
			.map((part) => part.reasoning)
			.join('')
			.trimEnd(),
	};
}

/** Returns how many UTF-16 units at the end of `text` may be the start of `tag`. */
function partialTagLength(text: string, tag: string): number {
	for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
		if (text.endsWith(tag.slice(0, length))) return length;
	}
	return 0;
}
