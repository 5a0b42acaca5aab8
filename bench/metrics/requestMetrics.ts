import type { DistributionName, OutcomeName } from '../result';
import { OUTCOMES } from '../result';
import type { ColumnName, Requests } from './requestTable';

/** What each request gives to a distribution. `delivery_gap` has many of a request, and a histogram. */
export type RequestMetric = Exclude<DistributionName, 'delivery_gap'>;

/** A metric of one request in ms, NaN where it did not come to that (method, section 1). */
export const METRICS: Readonly<Record<RequestMetric, (row: Row) => number>> = {
	ttft: (row) => row('first_token') - row('planned'),
	ttft_service: (row) => row('first_token') - row('dispatched'),
	ttfvt: (row) => row('first_visible') - row('planned'),
	ttfe: (row) => row('first_event') - row('planned'),
	ttfb: (row) => row('first_byte') - row('planned'),
	dispatch_delay: (row) => row('dispatched') - row('planned'),
	stall: (row) => row('longest_gap'),
	tpot,
	e2e: (row) => row('terminal') - row('planned'),
	'server.latency': (row) => row('server_latency'),
	'server.time_to_first_token': (row) => row('server_time_to_first_token'),
	'server.time_to_generate': (row) => row('server_time_to_generate'),
	client_error: (row) => row('client_error'),
};

/** Reads one row of the table. */
export type Row = (column: ColumnName) => number;

export function rowOf(table: Requests, row: number): Row {
	return (column) => table.get(row, column);
}

export function outcomeOf(row: Row): OutcomeName | undefined {
	return OUTCOMES[row('outcome')];
}

/** Tokens of a request: Dify's own count or, without one, its text events. */
export function tokensOf(row: Row): number {
	const counted = row('completion_tokens');
	return counted > 0 ? counted : row('text_events');
}

/**
 * ms per token after the first delivery, which tells nothing of how long its own tokens took. Dify
 * counts tokens for the whole answer; they are taken to be spread evenly over its text events.
 */
function tpot(row: Row): number {
	const events = row('text_events');
	const later = events - row('first_delivery');
	if (!(later > 0)) return Number.NaN;
	return (row('last_token') - row('first_token')) / ((tokensOf(row) * later) / events);
}
