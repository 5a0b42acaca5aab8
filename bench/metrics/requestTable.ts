/**
 * What is kept of each request: numbers in columns, in memory that threads share, so that the one
 * that measures writes no message and the one that reports takes no time of it. Times are in ms from
 * the start of the run, NaN where it did not come to that.
 */
export const COLUMNS = [
	'planned',
	'dispatched',
	'first_byte',
	'first_event',
	'first_token',
	'first_visible',
	'last_token',
	/** The terminal event, or when it failed. */
	'terminal',
	/** How much earlier the first token may have come (method, section 3). */
	'client_error',
	'longest_gap',
	/** Time in gaps over the stall limit. */
	'stalled',
	'text_events',
	/** Text events of the first delivery. */
	'first_delivery',
	'characters',
	'bytes',
	/** Dify's own counts and times; in seconds there, in ms here. */
	'completion_tokens',
	'server_latency',
	'server_time_to_first_token',
	'server_time_to_generate',
	/** Index into OUTCOMES; NaN while it runs. */
	'outcome',
	/** When the server stamped the first token, where it does (calibrate). */
	'true_first_token',
] as const;
export type ColumnName = (typeof COLUMNS)[number];

const ROWS = 4096;

/** Requests to read: row by row, column by column. */
export interface Requests {
	readonly length: number;
	get(row: number, column: ColumnName): number;
}

/** The requests of several threads as one. */
export function joined(tables: readonly Requests[]): Requests {
	return {
		length: tables.reduce((sum, { length }) => sum + length, 0),
		get: (row, column) => {
			let rest = row;
			for (const table of tables) {
				if (rest < table.length) return table.get(rest, column);
				rest -= table.length;
			}
			return Number.NaN;
		},
	};
}

/** Requests as if Dify had counted no tokens of them. */
export function withoutUsage(requests: Requests): Requests {
	return {
		length: requests.length,
		get: (row, column) => (column === 'completion_tokens' ? Number.NaN : requests.get(row, column)),
	};
}

/** Rows of requests, in blocks of shared memory that are added as needed. */
export class RequestTable implements Requests {
	private readonly columns: Array<Record<ColumnName, Float64Array>> = [];
	/** Rows begun; a thread that adopts must be told. */
	length = 0;

	/** @param announce told of each new block, for {@link adopt} in another thread */
	constructor(private readonly announce?: (block: SharedArrayBuffer) => void) {}

	/** Takes a block that another thread writes. */
	adopt(block: SharedArrayBuffer): void {
		const entries = COLUMNS.map(
			(name, index) => [name, new Float64Array(block, index * ROWS * 8, ROWS)] as const,
		);
		this.columns.push(Object.fromEntries(entries) as Record<ColumnName, Float64Array>);
	}

	/** Adds a row, all NaN. */
	add(): number {
		const row = this.length++;
		if (row === this.columns.length * ROWS) {
			const block = new SharedArrayBuffer(COLUMNS.length * ROWS * 8);
			new Float64Array(block).fill(Number.NaN);
			this.adopt(block);
			this.announce?.(block);
		}
		return row;
	}

	/** Rows in the blocks so far, begun or not. */
	get capacity(): number {
		return this.columns.length * ROWS;
	}

	get(row: number, column: ColumnName): number {
		return this.columns[Math.floor(row / ROWS)]?.[column][row % ROWS] ?? Number.NaN;
	}

	set(row: number, column: ColumnName, value: number): void {
		const block = this.columns[Math.floor(row / ROWS)];
		if (block !== undefined) block[column][row % ROWS] = value;
	}
}
