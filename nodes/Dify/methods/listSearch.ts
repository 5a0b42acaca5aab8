import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { throwFailure } from '../transport/errors';
import { Connection } from '../transport/connection';

const PAGE_SIZE = 100;

interface ConversationPage {
	data: Array<{ id: string; name: string }>;
	has_more: boolean;
}

/**
 * The conversations of the node's 'User', newest first, a page at a time. Dify has no search by name,
 * so a filter looks through the pages as n8n asks for them.
 */
export async function searchConversations(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const connection = await Connection.open(this);
	const user = String(this.getCurrentNodeParameter('user') ?? '');
	const answer = await connection.json({
		method: 'GET',
		path: '/conversations',
		qs: {
			user,
			limit: PAGE_SIZE,
			...(paginationToken !== undefined && { last_id: paginationToken }),
		},
	});
	if (!answer.ok) return throwFailure(this, connection, answer.failure, { itemIndex: 0 });
	const { data, has_more } = answer.body as ConversationPage;
	const wanted = filter?.toLowerCase() ?? '';
	return {
		results: data
			.filter(({ name }) => name.toLowerCase().includes(wanted))
			.map(({ id, name }) => ({ name: name === '' ? id : name, value: id })),
		paginationToken: has_more ? data.at(-1)?.id : undefined,
	};
}
