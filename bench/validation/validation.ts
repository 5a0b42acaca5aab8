/** The measured value behind one claim of the documentation. */
export interface ClaimResult {
	claim: string;
	measured: number;
	limit: number;
	/** How `measured` must relate to `limit`. Default: `<=`. */
	relation?: '<=' | '>=';
	unit?: string;
}

/** A measurement that checks claims about dify-bench (docs/bench-method.md#7-validation). */
export interface Validation {
	name: string;
	/** How long it takes, for the output: "about a minute". */
	duration: string;
	/** @param log prints intermediate results */
	run: (log: (text: string) => void) => Promise<ClaimResult[]>;
}

/** Whether the measured value confirms the claim. */
export function isConfirmed({ measured, limit, relation = '<=' }: ClaimResult): boolean {
	return relation === '<=' ? measured <= limit : measured >= limit;
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
