import type { Percentile } from './result';

/** One run of a pair: medians over its requests, in ms since the planned start. */
export interface OverheadSide {
	first_token: number;
	last_token: number;
	/** Mean time between two text events of an answer, in ms. */
	delta: number;
}
export const OVERHEAD_PARTS = ['first_token', 'last_token', 'delta'] as const satisfies Array<
	keyof OverheadSide
>;
export type OverheadPart = (typeof OVERHEAD_PARTS)[number];

/** Two consecutive runs: one calls Dify directly, one calls the n8n webhook. */
export interface OverheadPair {
	direct: OverheadSide;
	n8n: OverheadSide;
}

/** What n8n and its node add to an answer. */
export interface Overhead {
	pairs: OverheadPair[];
	/** Median of the differences (n8n minus direct) over the pairs, in ms, with its bounds. */
	added: Record<OverheadPart, Percentile | null>;
}
