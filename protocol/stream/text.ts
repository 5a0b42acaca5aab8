/**
 * Text put together from deltas, in time and memory linear in its length. A string grown with `+=`
 * keeps a rope node of 32 bytes and a small string for each delta until something flattens it: 10 MB
 * in 4-byte deltas would hold 150 MB. Joining every thousand deltas keeps nothing but the text.
 */
export class TextBuffer {
	private blocks: string[] = [];
	private deltas: string[] = [];
	private size = 0;

	/** In UTF-16 units. */
	get length(): number {
		return this.size;
	}

	append(delta: string): void {
		this.size += delta.length;
		this.deltas.push(delta);
		if (this.deltas.length >= 1024) this.flush();
	}

	replace(text: string): void {
		this.blocks = [text];
		this.deltas = [];
		this.size = text.length;
	}

	toString(): string {
		this.flush();
		// Joined once: the next call has one block.
		if (this.blocks.length > 1) this.blocks = [this.blocks.join('')];
		return this.blocks[0] ?? '';
	}

	private flush(): void {
		if (this.deltas.length === 0) return;
		this.blocks.push(this.deltas.join(''));
		this.deltas = [];
	}
}
