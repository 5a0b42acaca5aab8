import type { RunOptions } from '../cli/runOptions';
import type { Run, RunHooks } from '../load/runLoad';
import { run } from '../load/runLoad';
import { percentilesOf } from '../metrics/percentiles';
import type { Row } from '../metrics/requestMetrics';
import { outcomeOf, rowOf } from '../metrics/requestMetrics';
import type { Percentile } from '../result';
import { UsageError } from '../usageError';

/** What one side of a pair took: medians of its requests, in ms from their planned start. */
export interface Side {
	first_token: number;
	last_token: number;
	/** ms from one delta to the next, over the whole answer. */
	delta: number;
}
export const PARTS = ['first_token', 'last_token', 'delta'] as const satisfies Array<keyof Side>;
export type Part = (typeof PARTS)[number];

/** One run asking Dify, and one asking n8n, right after each other. */
export interface Pair {
	direct: Side;
	n8n: Side;
}

export interface Overhead {
	pairs: Pair[];
	/** What n8n and the node add, in ms: the median of the pairs' differences, with its bounds. */
	added: Record<Part, Percentile | null>;
}

/**
 * Asks Dify directly and through n8n in turn, each pair in the other order than the one before: what
 * the machine does to the one it does to the other. A pair is one sample; its requests are not.
 *
 * @throws {UsageError} when a run holds fewer than half of its answers
 */
export async function measureOverhead(
	direct: RunOptions,
	n8n: RunOptions,
	count: number,
	hooks: RunHooks & { onPair?: (done: number) => void } = {},
): Promise<Overhead> {
	const pairs: Pair[] = [];
	for (let index = 0; index < count; index++) {
		const isDirectFirst = index % 2 === 0;
		const first = sideOf(
			await run(isDirectFirst ? direct : n8n, hooks),
			isDirectFirst ? 'Dify' : 'n8n',
		);
		const second = sideOf(
			await run(isDirectFirst ? n8n : direct, hooks),
			isDirectFirst ? 'n8n' : 'Dify',
		);
		pairs.push(isDirectFirst ? { direct: first, n8n: second } : { direct: second, n8n: first });
		hooks.onPair?.(index + 1);
	}
	const added = Object.fromEntries(
		PARTS.map((part) => {
			const sorted = pairs.map((pair) => pair.n8n[part] - pair.direct[part]).sort((a, b) => a - b);
			const at = (rank: number): number => sorted[rank - 1] ?? Number.NaN;
			return [part, percentilesOf({ count: sorted.length, at }).p50];
		}),
	);
	return { pairs, added: added as Overhead['added'] };
}

function sideOf({ requests, findings }: Run, name: string): Side {
	const { plan, outcome_details: details } = findings;
	const rows = Array.from({ length: requests.length }, (_, index) => rowOf(requests, index)).filter(
		(row) => outcomeOf(row) === 'completed' && row('text_events') > 1,
	);
	if (rows.length < plan.requests / 2) {
		const why = details.map(({ count, message }) => `${count} × ${message}`).join('; ');
		throw new UsageError(
			`only ${rows.length} of ${plan.requests} requests to ${name} gave an answer in several pieces${why && `: ${why}`}`,
		);
	}
	const median = (value: (row: Row) => number): number => {
		const sorted = rows.map(value).sort((a, b) => a - b);
		return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
	};
	return {
		first_token: median((row) => row('first_token') - row('planned')),
		last_token: median((row) => row('last_token') - row('planned')),
		delta: median((row) => (row('last_token') - row('first_token')) / (row('text_events') - 1)),
	};
}
