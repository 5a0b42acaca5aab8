/**
 * The columns of the request table. All values are numbers in memory that the threads share. So a
 * measuring thread sends no message per request, and other threads read the table without slowing it
 * down. Times are in ms since the start of the run. NaN means that the request did not reach this point.
 */
export const COLUMNS = [
	/** When the request was due. */
	'planned',
	/** When the request was passed to the HTTP client. */
	'dispatched',
	'first_byte',
	'first_event',
	'first_token',
	/** Time of the first text outside `<think>` tags. */
	'first_visible',
	'last_token',
	/** Time of the terminal event, or of the failure. */
	'terminal',
	/** How much earlier the first token may have arrived (docs/bench-method.md#3-client-error). */
	'client_error',
	'longest_gap',
	/** Total time in gaps above the stall limit. */
	'stalled',
	'text_events',
	/** Text events in the first delivery. */
	'first_delivery',
	'characters',
	'bytes',
	/** From Dify's usage. The times are converted from s to ms. */
	'completion_tokens',
	'server_latency',
	'server_time_to_first_token',
	'server_time_to_generate',
	/** Index into OUTCOMES. NaN while the request is running. */
	'outcome',
	/** When the server sent the first token. Only the server of `dify-bench calibrate` reports this time. */
	'true_first_token',
] as const;
export type ColumnName = (typeof COLUMNS)[number];

const ROWS_PER_BLOCK = 4096;
const BYTES_PER_NUMBER = Float64Array.BYTES_PER_ELEMENT;

/** Read access to the rows of one or more request tables. */
export interface RequestRows {
	readonly length: number;
	get(row: number, column: ColumnName): number;
}

/** Returns the rows of several tables as one list. */
export function concatRows(tables: readonly RequestRows[]): RequestRows {
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

/** Returns the same rows without Dify's token counts. */
export function withoutUsage(rows: RequestRows): RequestRows {
	return {
		length: rows.length,
		get: (row, column) => (column === 'completion_tokens' ? Number.NaN : rows.get(row, column)),
	};
}

/** A table with one row per request. It grows in blocks of shared memory. */
export class RequestTable implements RequestRows {
	private readonly blocks: Array<Record<ColumnName, Float64Array>> = [];
	/**
	 * Number of rows that contain a request. In a thread that only reads the table, it is 0 until the worker
	 * has reported the number at the end of the run.
	 */
	length = 0;

	/** @param onBlock called with each new block, so that another thread can {@link addBlock} it */
	constructor(private readonly onBlock?: (block: SharedArrayBuffer) => void) {}

	/** Adds a block that another thread writes to. */
	addBlock(block: SharedArrayBuffer): void {
		const entries = COLUMNS.map((name, index) => {
			const offset = index * ROWS_PER_BLOCK * BYTES_PER_NUMBER;
			return [name, new Float64Array(block, offset, ROWS_PER_BLOCK)] as const;
		});
		this.blocks.push(Object.fromEntries(entries) as Record<ColumnName, Float64Array>);
	}

	/** Adds a row in which every value is NaN, and returns the index of the row. */
	addRow(): number {
		const row = this.length++;
		if (row === this.blocks.length * ROWS_PER_BLOCK) {
			const block = new SharedArrayBuffer(COLUMNS.length * ROWS_PER_BLOCK * BYTES_PER_NUMBER);
			new Float64Array(block).fill(Number.NaN);
			this.addBlock(block);
			this.onBlock?.(block);
		}
		return row;
	}

	/** Rows in all blocks, used or not. */
	get capacity(): number {
		return this.blocks.length * ROWS_PER_BLOCK;
	}

	get(row: number, column: ColumnName): number {
		const block = this.blocks[Math.floor(row / ROWS_PER_BLOCK)];
		return block?.[column][row % ROWS_PER_BLOCK] ?? Number.NaN;
	}

	set(row: number, column: ColumnName, value: number): void {
		const block = this.blocks[Math.floor(row / ROWS_PER_BLOCK)];
		if (block !== undefined) block[column][row % ROWS_PER_BLOCK] = value;
	}
}
