import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ParameterReader } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { conversation, user } from '../common.descriptions';

const properties: INodeProperties[] = [
	user,
	conversation,
	{
		displayName: 'Auto-Generate',
		name: 'autoGenerate',
		type: 'boolean',
		default: false,
		description:
			'Whether Dify generates a name from the conversation. If its model fails, the old name stays.',
	},
	{
		displayName: 'Name',
		name: 'name',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. Tides of the North Sea',
		description: 'The new name of the conversation',
		displayOptions: { show: { autoGenerate: [false] } },
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['conversation'], operation: ['rename'] } },
	properties,
);

/**
 * POST /conversations/{conversation_id}/name (docs/dify-api.md#endpoints): returns the renamed conversation.
 *
 * @throws {NodeOperationError} if 'Conversation', 'User' or 'Name' is empty or invalid
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const user = parameters.readUser();
	const path = `/conversations/${parameters.readConversationId()}/name`;
	const body = parameters.readBoolean('autoGenerate')
		? { user, auto_generate: true }
		: { user, name: parameters.readText('name') };
	const client = await DifyClient.forItem(context, itemIndex);
	return { json: await client.postJson(path, body), pairedItem: { item: itemIndex } };
}
