import type { RunHooks, RunMeasurement } from '../load/runLoad';
import { runLoad } from '../load/runLoad';
import { percentilesOf } from '../metrics/percentiles';
import type { Row } from '../metrics/requestMetrics';
import { outcomeOf, rowAt } from '../metrics/requestMetrics';
import type { Overhead, OverheadPair, OverheadSide } from '../overheadResult';
import { OVERHEAD_PARTS } from '../overheadResult';
import type { RunConfig } from '../runConfig';
import { UsageError } from '../usageError';

export interface OverheadOptions {
	direct: RunConfig;
	n8n: RunConfig;
	pairs: number;
}

export interface OverheadHooks extends RunHooks {
	/** @param done number of finished pairs */
	onPair?: (done: number) => void;
}

/**
 * Measures Dify directly and through n8n in pairs of consecutive runs. The order alternates between the
 * pairs, so that changes of the machine's state affect both sides equally. One pair is one sample of
 * the overhead, because the requests of a run are not independent.
 *
 * @throws {UsageError} if fewer than half of the requests of a run got a streamed answer
 */
export async function measureOverhead(
	options: OverheadOptions,
	hooks: OverheadHooks = {},
): Promise<Overhead> {
	const pairs: OverheadPair[] = [];
	for (let index = 0; index < options.pairs; index++) {
		pairs.push(await measurePair(options, hooks, index % 2 === 0));
		hooks.onPair?.(index + 1);
	}
	const added = Object.fromEntries(
		OVERHEAD_PARTS.map((part) => {
			const sorted = pairs.map((pair) => pair.n8n[part] - pair.direct[part]).sort((a, b) => a - b);
			const at = (rank: number): number => sorted[rank - 1] ?? Number.NaN;
			return [part, percentilesOf({ count: sorted.length, at }).p50];
		}),
	);
	return { pairs, added: added as Overhead['added'] };
}

async function measurePair(
	{ direct, n8n }: OverheadOptions,
	hooks: RunHooks,
	isDirectFirst: boolean,
): Promise<OverheadPair> {
	const measureDirect = async (): Promise<OverheadSide> =>
		toSide(await runLoad(direct, hooks), 'Dify');
	const measureN8n = async (): Promise<OverheadSide> => toSide(await runLoad(n8n, hooks), 'n8n');
	if (isDirectFirst) return { direct: await measureDirect(), n8n: await measureN8n() };
	const n8nSide = await measureN8n();
	return { direct: await measureDirect(), n8n: n8nSide };
}

function toSide({ requests, metrics }: RunMeasurement, targetName: string): OverheadSide {
	const { plan, outcome_details: details } = metrics;
	const rows = Array.from({ length: requests.length }, (_, index) => rowAt(requests, index)).filter(
		(row) => outcomeOf(row) === 'completed' && row('text_events') > 1,
	);
	if (rows.length < plan.requests / 2) {
		const reasons = details.map(({ count, message }) => `${count} × ${message}`).join('; ');
		throw new UsageError(
			`Only ${rows.length} of ${plan.requests} requests to ${targetName} returned an answer in several pieces${reasons && `: ${reasons}`}`,
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
