/**
 * Collects text deltas in time and memory linear in their total length. A string grown with `+=`
 * keeps a rope node of 32 bytes and a small string for each delta until something flattens it: 10 MB
 * in 4-byte deltas would take 150 MB. Joining the deltas in blocks of 1024 avoids that.
 */
export class TextBuffer {
	private blocks: string[] = [];
	private deltas: string[] = [];
	/** Length of the text in UTF-16 units. */
	length = 0;

	append(delta: string): void {
		this.length += delta.length;
		this.deltas.push(delta);
		if (this.deltas.length >= 1024) this.flush();
	}

	/** Replaces the whole text. */
	replace(text: string): void {
		this.length = text.length;
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
