import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ask } from '../../transport/ask';
import { Connection } from '../../transport/connection';
import type { Page } from '../../transport/pages';
import { readPages } from '../../transport/pages';
import { conversation, limit, returnAll, simplify, user } from '../fields';
import { pick, readConversationId, readUser, readWanted } from '../read';

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

type Message = IDataObject & { id: string; created_at: number };

/**
 * GET /messages (contract, section 6): the latest messages of a conversation, oldest first, an item each.
 *
 * @throws {NodeOperationError} for a 'Conversation', 'User' or 'Limit' that cannot be one
 * @throws {NodeApiError} for what Dify refuses
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const user = readUser(context, itemIndex);
	const conversation_id = readConversationId(context, itemIndex);
	const wanted = readWanted(context, itemIndex);
	const isSimple = context.getNodeParameter('simplify', itemIndex) === true;
	const connection = await Connection.open(context, itemIndex);
	const pages = await readPages<Message>(
		wanted,
		async (limit, first_id) => {
			const qs = { user, conversation_id, limit, ...(first_id !== undefined && { first_id }) };
			const page = await ask(context, connection, itemIndex, {
				method: 'GET',
				path: '/messages',
				qs,
			});
			return page as unknown as Page<Message>;
		},
		cursorOf,
	);
	// Each page is older than the one before it.
	const messages = pages.reverse().flat().slice(-wanted);
	return messages.map((message) => ({
		json: isSimple ? pick(message, SIMPLE_FIELDS) : message,
		pairedItem: { item: itemIndex },
	}));
}

/**
 * Dify goes on with what is older than `first_id` by a whole second, and so leaves out the rest of that
 * message's own second (recordings, h14). The oldest message of a later second leaves none out.
 */
function cursorOf(page: Message[]): string | undefined {
	const [oldest] = page;
	return (page.find(({ created_at }) => created_at > (oldest?.created_at ?? 0)) ?? oldest)?.id;
}
