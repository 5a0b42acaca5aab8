import type { Verdict } from './result';

/** What each stream of the stamping server looks like. */
export interface StreamShape {
	/** Time until the first token, in ms. */
	first: number;
	/** Time between two packets, in ms. */
	gap: number;
	tokens: number;
	/** Tokens per packet. */
	packet: number;
}

/** How far the client's times are off the server's stamps at one number of concurrent streams. */
export interface CalibrationLevel {
	streams: number;
	workers: number;
	/** Measured over the run and all streams. */
	events_per_second: number;
	/** Share of the run in which the busiest measuring thread was busy, 0 to 1. */
	elu: number;
	first_tokens: ErrorStatistics;
	events: ErrorStatistics;
	/**
	 * Percentage of events whose server time lies in the interval that the client certified (+0.3 ms). The
	 * terminal report calls it `covered`.
	 */
	held_percent: number;
	verdict: Verdict;
}

/** Errors in ms: the measured arrival time minus the server's stamp. */
export interface ErrorStatistics {
	count: number;
	p50: number;
	p90: number;
	p99: number;
	max: number;
}
