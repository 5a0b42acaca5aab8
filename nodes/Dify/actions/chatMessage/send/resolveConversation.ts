import { LATEST_CONVERSATION, NEW_CONVERSATION } from '../../../helpers/conversationChoices';
import { isUuid } from '../../../helpers/parameters';
import type { DifyClient } from '../../../transport/DifyClient';
import { throwInvalidParameter } from '../../../transport/errors';

/**
 * Returns the ID of the conversation to continue, or an empty text for a new one. The user's latest
 * conversation is looked up in Dify (GET /conversations?limit=1), and is a new one if the user has none.
 *
 * @throws {NodeApiError} if the conversations cannot be read. A message in a new conversation would have
 * no memory, and nobody would notice.
 */
export async function resolveConversation(
	client: DifyClient,
	choice: string,
	user: string,
): Promise<string> {
	if (choice === NEW_CONVERSATION) return '';
	if (choice !== LATEST_CONVERSATION) return choice;
	const query = { user, limit: 1, sort_by: '-updated_at' };
	const { data } = (await client.getJson('/conversations', query)) as { data?: unknown };
	if (Array.isArray(data) && data.length === 0) return '';
	const { id } = ((Array.isArray(data) ? data[0] : undefined) ?? {}) as { id?: unknown };
	if (typeof id === 'string' && isUuid(id)) return id;
	return throwInvalidParameter(
		client,
		"The latest conversation of the 'User' could not be read",
		"Dify's list of conversations has an unexpected form. Set 'Conversation' to the conversation_id of an earlier answer.",
	);
}
