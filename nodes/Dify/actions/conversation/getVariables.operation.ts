import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { Connection } from '../../transport/connection';
import { readList } from '../../transport/pages';
import { conversation, limit, returnAll, user } from '../fields';
import { readConversationId, readUser, readWanted } from '../read';

const properties: INodeProperties[] = [user, conversation, returnAll, limit];

export const description = updateDisplayOptions(
	{ show: { resource: ['conversation'], operation: ['getVariables'] } },
	properties,
);

/**
 * GET /conversations/{conversation_id}/variables (contract, section 6): an item each, `value` being text
 * whatever its `value_type`.
 *
 * @throws {NodeOperationError} for a 'Conversation', 'User' or 'Limit' that cannot be one
 * @throws {NodeApiError} for what Dify refuses
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const qs = { user: readUser(context, itemIndex) };
	const path = `/conversations/${readConversationId(context, itemIndex)}/variables`;
	const wanted = readWanted(context, itemIndex);
	const connection = await Connection.open(context, itemIndex);
	const rows = await readList(context, connection, itemIndex, path, qs, wanted);
	return rows.map((json) => ({ json, pairedItem: { item: itemIndex } }));
}
