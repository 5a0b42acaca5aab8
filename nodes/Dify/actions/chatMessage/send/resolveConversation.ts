import { LATEST_CONVERSATION, NEW_CONVERSATION } from '../../../helpers/conversationChoices';
import type { DifyClient } from '../../../transport/DifyClient';
import type { ListRow } from '../../../transport/pagination';
import { parsePage } from '../../../transport/pagination';

/**
 * Returns the ID of the conversation to continue, or an empty text for a new one. The user's latest
 * conversation is looked up in Dify (GET /conversations?limit=1), and is a new one if the user has none.
 *
 * @throws {NodeApiError} if the conversations cannot be read. A message in a new conversation would have
 * no memory, and users would not notice it.
 */
export async function resolveConversation(
	client: DifyClient,
	choice: string,
	user: string,
): Promise<string> {
	if (choice === NEW_CONVERSATION) return '';
	if (choice !== LATEST_CONVERSATION) return choice;
	const qs = { user, limit: 1, sort_by: '-updated_at' };
	const { data } = await client.requestParsed(
		{ method: 'GET', path: '/conversations', qs },
		parsePage<ListRow>,
	);
	return data[0]?.id ?? '';
}
