import type { IDataObject } from 'n8n-workflow';
import { ask } from './ask';
import type { Connection, Context } from './connection';

/** The most rows that Dify gives at a time (contract, section 6). */
const LARGEST_PAGE = 100;

/** A page of one of Dify's lists. */
export interface Page<Row> {
	data: Row[];
	has_more: boolean;
}

/**
 * Reads a list page after page until `wanted` rows are there, or all of them.
 *
 * @param readPage asks for at most `limit` rows from `cursor` on, which is absent for the first page
 * @param cursorOf the id from which the next page goes on; pages may overlap
 * @returns the pages in the order they came, each without the rows of an earlier one
 */
export async function readPages<Row extends { id: string }>(
	wanted: number,
	readPage: (limit: number, cursor: string | undefined) => Promise<Page<Row>>,
	cursorOf: (page: Row[]) => string | undefined,
): Promise<Row[][]> {
	const pages: Row[][] = [];
	const seen = new Set<string>();
	for (let cursor: string | undefined; ;) {
		const { data, has_more } = await readPage(Math.min(LARGEST_PAGE, wanted), cursor);
		const fresh = data.filter(({ id }) => !seen.has(id));
		for (const { id } of fresh) seen.add(id);
		pages.push(fresh);
		// A page that brings nothing new would come again for ever.
		if (!has_more || fresh.length === 0 || seen.size >= wanted) return pages;
		cursor = cursorOf(data);
	}
}

type Row = IDataObject & { id: string };

/** The first `wanted` rows of a list that goes on from `last_id`, in Dify's order. @throws {NodeApiError} */
export async function readList(
	context: Context,
	connection: Connection,
	itemIndex: number,
	path: string,
	qs: IDataObject,
	wanted: number,
): Promise<Row[]> {
	const pages = await readPages<Row>(
		wanted,
		async (limit, last_id) =>
			(await ask(context, connection, itemIndex, {
				method: 'GET',
				path,
				qs: { ...qs, limit, ...(last_id !== undefined && { last_id }) },
			})) as unknown as Page<Row>,
		(page) => page.at(-1)?.id,
	);
	return pages.flat().slice(0, wanted);
}
