import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ParameterReader } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { conversation, user } from '../common.descriptions';

const properties: INodeProperties[] = [user, conversation];

export const description = updateDisplayOptions(
	{ show: { resource: ['conversation'], operation: ['delete'] } },
	properties,
);

/**
 * DELETE /conversations/{conversation_id} (docs/dify-api.md#endpoints). Dify requires a JSON body and
 * answers with 204. Dify 1.12 does so for an unknown conversation too.
 *
 * @throws {NodeOperationError} if 'Conversation' or 'User' is empty or invalid
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const body = { user: parameters.readUser() };
	const path = `/conversations/${parameters.readConversationId()}`;
	const client = await DifyClient.forItem(context, itemIndex);
	await client.requestJson({ method: 'DELETE', path, body });
	return { json: { deleted: true }, pairedItem: { item: itemIndex } };
}
