/** What came in one second of the run, counted where it came. */
export interface CheckedSecond {
	events: number;
	characters: number;
	bytes: number;
}

/** Counts by the second. */
export class Seconds {
	readonly list: CheckedSecond[] = [];

	/** The second that `t`, in ms from the start, lies in. */
	at(t: number): CheckedSecond {
		const index = Math.max(0, Math.floor(t / 1000));
		while (this.list.length <= index) this.list.push({ events: 0, characters: 0, bytes: 0 });
		return this.list[index] as CheckedSecond;
	}
}

/** The counts of two threads, second by second. */
export function addSeconds(
	a: readonly CheckedSecond[],
	b: readonly CheckedSecond[],
): CheckedSecond[] {
	const none: CheckedSecond = { events: 0, characters: 0, bytes: 0 };
	return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => {
		const { events, characters, bytes } = a[index] ?? none;
		const other = b[index] ?? none;
		return {
			events: events + other.events,
			characters: characters + other.characters,
			bytes: bytes + other.bytes,
		};
	});
}
