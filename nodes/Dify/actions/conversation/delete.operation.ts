import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ask } from '../../transport/ask';
import { Connection } from '../../transport/connection';
import { conversation, user } from '../fields';
import { readConversationId, readUser } from '../read';

const properties: INodeProperties[] = [user, conversation];

export const description = updateDisplayOptions(
	{ show: { resource: ['conversation'], operation: ['delete'] } },
	properties,
);

/**
 * DELETE /conversations/{conversation_id} (contract, section 6), which wants a JSON body and answers 204.
 * Dify 1.12 says so of a conversation that it does not know, too.
 *
 * @throws {NodeOperationError} for a 'Conversation' or 'User' that cannot be one
 * @throws {NodeApiError} for what Dify refuses
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const body = { user: readUser(context, itemIndex) };
	const path = `/conversations/${readConversationId(context, itemIndex)}`;
	const connection = await Connection.open(context, itemIndex);
	await ask(context, connection, itemIndex, { method: 'DELETE', path, body });
	return { json: { deleted: true }, pairedItem: { item: itemIndex } };
}
