import type { OutcomeName, RequestMetricName } from '../result';
import { OUTCOMES } from '../result';
import type { GoodputLimit } from '../runConfig';
import type { ColumnName, RequestRows } from './requestTable';

/** Reads a column of one row of the request table. */
export type Row = (column: ColumnName) => number;

export function rowAt(rows: RequestRows, index: number): Row {
	return (column) => rows.get(index, column);
}

/** Computes each metric of one request, in ms. NaN if the request did not reach this point. */
export const REQUEST_METRICS: Readonly<Record<RequestMetricName, (row: Row) => number>> = {
	ttft: (row) => row('first_token') - row('planned'),
	ttft_service: (row) => row('first_token') - row('dispatched'),
	ttfvt: (row) => row('first_visible') - row('planned'),
	ttfe: (row) => row('first_event') - row('planned'),
	ttfb: (row) => row('first_byte') - row('planned'),
	dispatch_delay: (row) => row('dispatched') - row('planned'),
	stall: (row) => row('longest_gap'),
	tpot: timePerToken,
	e2e: (row) => row('terminal') - row('planned'),
	'server.latency': (row) => row('server_latency'),
	'server.time_to_first_token': (row) => row('server_time_to_first_token'),
	'server.time_to_generate': (row) => row('server_time_to_generate'),
	client_error: (row) => row('client_error'),
};

/** Returns how the request ended. `undefined` while it is running. */
export function outcomeOf(row: Row): OutcomeName | undefined {
	return OUTCOMES[row('outcome')];
}

/** Returns the number of tokens of a request: Dify's count or, without one, the number of text events. */
export function tokenCount(row: Row): number {
	const completionTokens = row('completion_tokens');
	return completionTokens > 0 ? completionTokens : row('text_events');
}

/** Whether a completed request meets every limit. A request without a value does not meet the limit. */
export function meetsGoodputLimits(row: Row, limits: readonly GoodputLimit[]): boolean {
	return limits.every(({ metric, limitMs }) => REQUEST_METRICS[metric](row) <= limitMs);
}

/**
 * Returns the time per token after the first delivery, in ms. The tokens of the first delivery are
 * excluded because their own generation time is unknown. Dify counts the tokens of the whole answer,
 * so they are assumed to be spread evenly over its text events.
 */
function timePerToken(row: Row): number {
	const textEvents = row('text_events');
	const laterEvents = textEvents - row('first_delivery');
	if (!(laterEvents > 0)) return Number.NaN;
	const laterTokens = (tokenCount(row) * laterEvents) / textEvents;
	return (row('last_token') - row('first_token')) / laterTokens;
}
