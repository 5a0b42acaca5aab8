/** A piece of the answer, parted into what is said and what was thought. */
export interface SplitText {
	text: string;
	reasoning: string;
}

const OPEN = '<think>';
const CLOSE = '</think>';

/**
 * Parts `<think>…</think>` from an answer as its deltas come, tags cut anywhere. Dify passes a
 * model's tags through in the text of the answer (dify#14505, #17660).
 */
export class ReasoningSplitter {
	private thinking = false;
	/** What may be the start of the next tag. */
	private held = '';
	/** Line breaks between a closed block and the answer belong to neither. */
	private trimStart = false;

	/** Takes a delta and gives what is certain so far. */
	push(delta: string): SplitText {
		const out: SplitText = { text: '', reasoning: '' };
		let rest = this.held + delta;
		this.held = '';
		for (;;) {
			const tag = this.thinking ? CLOSE : OPEN;
			const at = rest.indexOf(tag);
			if (at === -1) break;
			this.emit(rest.slice(0, at), out);
			rest = rest.slice(at + tag.length);
			this.thinking = !this.thinking;
			this.trimStart = true;
		}
		const keep = partialTagLength(rest, this.thinking ? CLOSE : OPEN);
		this.held = keep === 0 ? '' : rest.slice(-keep);
		this.emit(keep === 0 ? rest : rest.slice(0, -keep), out);
		return out;
	}

	/** Says that the answer is over: what was held back is text after all. */
	end(): SplitText {
		const out: SplitText = { text: '', reasoning: '' };
		this.emit(this.held, out);
		this.held = '';
		return out;
	}

	private emit(piece: string, out: SplitText): void {
		const shown = this.trimStart ? piece.replace(/^\s+/, '') : piece;
		if (shown === '') return;
		this.trimStart = false;
		if (this.thinking) out.reasoning += shown;
		else out.text += shown;
	}
}

/**
 * Parts a whole answer. A lone closing tag, which models whose template opens the block leave behind
 * (dify#13590), makes what stands before it reasoning.
 */
export function splitReasoning(answer: string): SplitText {
	const close = answer.indexOf(CLOSE);
	const open = answer.indexOf(OPEN);
	const lone = close !== -1 && (open === -1 || close < open);
	const splitter = new ReasoningSplitter();
	const parts = [splitter.push(lone ? OPEN + answer : answer), splitter.end()];
	return {
		text: parts.map((part) => part.text).join(''),
		reasoning: parts
			.map((part) => part.reasoning)
			.join('')
			.trimEnd(),
	};
}

/** How many units at the end of `text` may begin `tag`. */
function partialTagLength(text: string, tag: string): number {
	for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
		if (text.endsWith(tag.slice(0, length))) return length;
	}
	return 0;
}
