import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ParameterReader } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { conversation, limit, returnAll, user } from '../common.descriptions';

const properties: INodeProperties[] = [user, conversation, returnAll, limit];

export const description = updateDisplayOptions(
	{ show: { resource: ['conversation'], operation: ['getVariables'] } },
	properties,
);

/**
 * GET /conversations/{conversation_id}/variables (docs/dify-api.md#endpoints): returns an item per
 * variable. `value` is always a text, whatever `value_type` is.
 *
 * @throws {NodeOperationError} if 'Conversation', 'User' or 'Limit' is empty or invalid
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const qs = { user: parameters.readUser() };
	const path = `/conversations/${parameters.readConversationId()}/variables`;
	const limit = parameters.readLimit();
	const client = await DifyClient.forItem(context, itemIndex);
	const rows = await client.getList({ path, qs, limit });
	return rows.map((json) => ({ json, pairedItem: { item: itemIndex } }));
}
