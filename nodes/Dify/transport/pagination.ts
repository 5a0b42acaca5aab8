import type { IDataObject } from 'n8n-workflow';
import { isRecord } from '../../../protocol/text';

/** Maximum number of rows that Dify returns per request (docs/dify-api.md#endpoints). */
export const MAX_PAGE_SIZE = 100;

/** One page of a list. */
export interface Page<Row> {
	data: Row[];
	has_more: boolean;
}

/** A row of any list. */
export type ListRow = IDataObject & { id: string };

/**
 * Returns the body of a list request, `undefined` if it is not a list. Only the ids of the rows are
 * checked: the caller must not trust the type of any other field.
 */
export function parsePage<Row extends { id: string }>(body: unknown): Page<Row> | undefined {
	if (!isRecord(body) || !Array.isArray(body.data)) return undefined;
	const isList = body.data.every((row) => isRecord(row) && typeof row.id === 'string');
	return isList ? { data: body.data as Row[], has_more: body.has_more === true } : undefined;
}

/**
 * Reads pages until `limit` rows have arrived or the list ends.
 *
 * @param readPage reads at most `pageSize` rows that follow `cursor`; the first page has no cursor
 * @param cursorOf returns the id after which the next page begins; pages may overlap
 * @returns the pages in the order they were read, each without the rows of earlier pages
 */
export async function readPages<Row extends { id: string }>(
	limit: number,
	readPage: (pageSize: number, cursor: string | undefined) => Promise<Page<Row>>,
	cursorOf: (page: Row[]) => string | undefined,
): Promise<Row[][]> {
	const pages: Row[][] = [];
	const seen = new Set<string>();
	for (let cursor: string | undefined; ;) {
		const { data, has_more } = await readPage(Math.min(MAX_PAGE_SIZE, limit), cursor);
		const newRows = data.filter(({ id }) => !seen.has(id));
		for (const { id } of newRows) seen.add(id);
		pages.push(newRows);
		// A page without new rows would repeat endlessly.
		if (!has_more || newRows.length === 0 || seen.size >= limit) return pages;
		cursor = cursorOf(data);
	}
}
