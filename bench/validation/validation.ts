/** One thing that this bench claims, held against a measurement. */
export interface Finding {
	claim: string;
	measured: number;
	/** `<=` unless it says otherwise. */
	limit: number;
	relation?: '<=' | '>=';
	unit?: string;
}

/** A claim that anyone can have proved again. */
export interface Proof {
	name: string;
	/** How long it takes, as a person would say. */
	takes: string;
	run: (say: (text: string) => void) => Promise<Finding[]>;
}

export function holds({ measured, limit, relation = '<=' }: Finding): boolean {
	return relation === '<=' ? measured <= limit : measured >= limit;
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
