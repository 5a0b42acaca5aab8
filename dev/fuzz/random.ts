/** Seeded random numbers (mulberry32), so that a round can be repeated. */
export class Random {
	private state: number;

	/** The same parts always give the same sequence. */
	constructor(...parts: Array<string | number>) {
		// FNV-1a
		let hash = 0x811c9dc5;
		for (const character of parts.join('/')) {
			hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
		}
		this.state = hash;
	}

	/** Returns a number from 0 to 1, without 1. */
	next(): number {
		this.state = (this.state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}

	/** Returns an integer from 0 to `end`, without `end`. */
	below(end: number): number {
		return Math.floor(this.next() * end);
	}

	chance(share: number): boolean {
		return this.next() < share;
	}

	pick<Value>(list: readonly Value[]): Value {
		if (list.length === 0) throw new Error('There is nothing to pick from.');
		return list[this.below(list.length)] as Value;
	}
}
