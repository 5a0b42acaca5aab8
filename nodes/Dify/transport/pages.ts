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
