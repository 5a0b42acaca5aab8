import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { toNumber } from '../../../../protocol/text';
import { ParameterReader, pick } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import type { MessageRow } from '../../transport/messages';
import { readMessages } from '../../transport/messages';
import { readPages } from '../../transport/pagination';
import { conversation, limit, returnAll, simplify, user } from '../common.descriptions';

const properties: INodeProperties[] = [user, conversation, returnAll, limit, simplify];

export const description = updateDisplayOptions(
	{ show: { resource: ['chatMessage'], operation: ['getAll'] } },
	properties,
);

const SIMPLE_FIELDS = [
	'id',
	'conversation_id',
	'query',
	'answer',
	'feedback',
	'retriever_resources',
	'message_files',
	'status',
	'error',
	'created_at',
];

/**
 * GET /messages (docs/dify-api.md#endpoints): returns an item per message, the latest messages of a
 * conversation, oldest first.
 *
 * @throws {NodeOperationError} if 'Conversation', 'User' or 'Limit' is empty or invalid
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const user = parameters.readUser();
	const conversation_id = parameters.readConversationId();
	const limit = parameters.readLimit();
	const isSimplified = parameters.readBoolean('simplify');
	const client = await DifyClient.forItem(context, itemIndex);
	const pages = await readPages<MessageRow>(
		limit,
		async (pageSize, first_id) =>
			await readMessages(client, {
				user,
				conversation_id,
				limit: pageSize,
				...(first_id !== undefined && { first_id }),
			}),
		cursorOf,
	);
	// Each page is older than the page before.
	const messages = pages.reverse().flat().slice(-limit);
	return messages.map((message) => ({
		json: isSimplified ? pick({ ...message }, SIMPLE_FIELDS) : { ...message },
		pairedItem: { item: itemIndex },
	}));
}

/**
 * Returns the id after which the next page begins: the oldest message that is at least one second newer
 * than the oldest of the page. Dify continues with messages that are older by a whole second, so the
 * oldest message itself would skip the others of its second (docs/dify-api.md#known-problems).
 */
function cursorOf(page: MessageRow[]): string | undefined {
	const [oldest] = page;
	const oldestTime = toNumber(oldest?.created_at) ?? 0;
	const isNewer = ({ created_at }: MessageRow): boolean => (toNumber(created_at) ?? 0) > oldestTime;
	return (page.find(isNewer) ?? oldest)?.id;
}
