import { toText } from '../text';
import { TextBuffer } from './textBuffer';

/** An answer, or a part of one, split into visible text and reasoning. */
export interface SplitAnswer {
	text: string;
	reasoning: string;
}

const OPEN_TAG = '<think>';
const CLOSE_TAG = '</think>';
const TAGS = /<\/?think>/g;

/**
 * Separates `<think>…</think>` from a streamed answer. A tag may be spread over several deltas, and
 * blocks may be nested (langgenius/dify#27796). Dify does not remove a model's tags from the text of the
 * answer (langgenius/dify#14505, langgenius/dify#17660).
 */
export class ReasoningSplitter {
	/** Number of open blocks. */
	private depth = 0;
	/** The end of the last delta, if it may be the start of the next tag. */
	private pending = '';
	/** Whether to drop white space at the start of a block. */
	private isBlockStart = false;
	/** Whether to drop blank lines between a block and the text after it. */
	private isAfterBlock = false;
	/** White space of an unfinished line after a block. It is indentation if text follows. */
	private indentation = '';
	/**
	 * What follows an inner block, with its tags. It is reasoning if the outer block is closed later. If
	 * not, the outer tag had no partner, and this is the text of the answer.
	 */
	private undecided: TextBuffer | undefined;

	/** Processes a delta. Returns the text and reasoning that are certain so far. */
	push(delta: string): SplitAnswer {
		const output: SplitAnswer = { text: '', reasoning: '' };
		const input = this.pending + delta;
		this.pending = '';
		// Most deltas contain no tag. This check avoids the regular expression.
		if (!input.includes('<')) {
			this.emit(input, output);
			return output;
		}
		let start = 0;
		for (const { 0: tag, index } of input.matchAll(TAGS)) {
			if (tag === CLOSE_TAG && this.depth === 0) continue;
			this.emit(input.slice(start, index), output);
			start = index + tag.length;
			if (tag === OPEN_TAG) this.openBlock();
			else this.closeBlock(output);
		}
		const rest = input.slice(start);
		const tags = this.depth === 0 ? [OPEN_TAG] : [OPEN_TAG, CLOSE_TAG];
		const certainLength = rest.length - Math.max(...tags.map((tag) => partialLength(rest, tag)));
		this.pending = rest.slice(certainLength);
		this.emit(rest.slice(0, certainLength), output);
		return output;
	}

	/** Ends the answer. Returns what was held back because its meaning was not certain. */
	end(): SplitAnswer {
		const output: SplitAnswer = { text: '', reasoning: '' };
		const { undecided } = this;
		const pending = this.takePending();
		if (undecided === undefined) {
			this.emit(pending, output);
			return output;
		}
		undecided.append(pending);
		this.undecided = undefined;
		this.depth = 0;
		this.isAfterBlock = true;
		const { text, reasoning } = this.push(undecided.toString());
		output.text = text;
		output.reasoning = reasoning;
		this.emit(this.takePending(), output);
		return output;
	}

	private openBlock(): void {
		this.undecided?.append(OPEN_TAG);
		if (this.depth === 0) {
			this.isBlockStart = true;
			this.indentation = '';
		}
		this.depth++;
	}

	private closeBlock(output: SplitAnswer): void {
		output.reasoning += this.undecided?.toString().replaceAll(OPEN_TAG, '') ?? '';
		this.depth--;
		this.undecided = this.depth === 0 ? undefined : new TextBuffer();
		this.isBlockStart = false;
		this.isAfterBlock = this.depth === 0;
	}

	private emit(piece: string, output: SplitAnswer): void {
		if (this.undecided !== undefined) this.undecided.append(piece);
		else if (this.depth > 0) output.reasoning += this.trimBlockStart(piece);
		else output.text += this.isAfterBlock ? this.dropBlankLines(piece) : piece;
	}

	private trimBlockStart(piece: string): string {
		if (!this.isBlockStart) return piece;
		const trimmed = piece.trimStart();
		this.isBlockStart = trimmed === '';
		return trimmed;
	}

	/** Drops the line breaks after a block and keeps the indentation of the first line with text. */
	private dropBlankLines(piece: string): string {
		const textStart = piece.search(/[^ \t\r\n]/);
		const space = textStart === -1 ? piece : piece.slice(0, textStart);
		const lineBreak = Math.max(space.lastIndexOf('\n'), space.lastIndexOf('\r'));
		this.indentation = lineBreak === -1 ? this.indentation + space : space.slice(lineBreak + 1);
		if (textStart === -1) return '';
		this.isAfterBlock = false;
		const { indentation } = this;
		this.indentation = '';
		return indentation + piece.slice(textStart);
	}

	private takePending(): string {
		const { pending } = this;
		this.pending = '';
		return pending;
	}
}

/** Collects reasoning that Dify sends in events of its own, by the node that it comes from. */
export class NodeReasoning {
	/** A node that runs several times has several texts. */
	private readonly texts: TextBuffer[] = [];
	/** The unfinished text of each node. */
	private readonly open = new Map<unknown, TextBuffer>();

	append(nodeId: unknown, reasoning: unknown): void {
		let text = this.open.get(nodeId);
		if (text === undefined) {
			text = new TextBuffer();
			this.open.set(nodeId, text);
			this.texts.push(text);
		}
		text.append(toText(reasoning));
	}

	/** Ends the text of a node. What the node sends after that is another text. */
	finish(nodeId: unknown): void {
		this.open.delete(nodeId);
	}

	toString(): string {
		return joinReasoning(this.texts.map(String));
	}
}

/** Joins the reasoning of several nodes or blocks. */
export function joinReasoning(parts: readonly string[]): string {
	return parts
		.map((part) => part.trim())
		.filter((part) => part !== '')
		.join('\n');
}

/** Splits a whole answer. */
export function splitReasoning(answer: string): SplitAnswer {
	const splitter = new ReasoningSplitter();
	const parts = [splitter.push(addMissingOpenTag(answer)), splitter.end()];
	return {
		text: parts.map((part) => part.text).join(''),
		reasoning: parts
			.map((part) => part.reasoning)
			.join('')
			.trimEnd(),
	};
}

/**
 * Some chat templates open the block themselves, so the model sends the closing tag only
 * (langgenius/dify#13590): everything before such a tag is reasoning.
 */
export function addMissingOpenTag(answer: string): string {
	const closeIndex = answer.indexOf(CLOSE_TAG);
	const openIndex = answer.indexOf(OPEN_TAG);
	const isMissing = closeIndex !== -1 && (openIndex === -1 || closeIndex < openIndex);
	return isMissing ? OPEN_TAG + answer : answer;
}

/** Returns how many UTF-16 units at the end of `text` may be the start of `tag`. */
function partialLength(text: string, tag: string): number {
	for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
		if (text.endsWith(tag.slice(0, length))) return length;
	}
	return 0;
}
