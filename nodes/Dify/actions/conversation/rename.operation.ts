import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ask } from '../../transport/ask';
import { Connection } from '../../transport/connection';
import { conversation, user } from '../fields';
import { readConversationId, readText, readUser } from '../read';

const properties: INodeProperties[] = [
	user,
	conversation,
	{
		displayName: 'Auto-Generate',
		name: 'autoGenerate',
		type: 'boolean',
		default: false,
		description:
			'Whether Dify makes a name of what was said. Where its model cannot, the old name stays.',
	},
	{
		displayName: 'Name',
		name: 'name',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. Tides of the North Sea',
		description: "The conversation's new name",
		displayOptions: { show: { autoGenerate: [false] } },
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['conversation'], operation: ['rename'] } },
	properties,
);

/**
 * POST /conversations/{conversation_id}/name (contract, section 6): the conversation under its new name.
 *
 * @throws {NodeOperationError} for a 'Conversation', 'User' or 'Name' that cannot be one
 * @throws {NodeApiError} for what Dify refuses
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const user = readUser(context, itemIndex);
	const path = `/conversations/${readConversationId(context, itemIndex)}/name`;
	const isAuto = context.getNodeParameter('autoGenerate', itemIndex) === true;
	const body = isAuto
		? { user, auto_generate: true }
		: { user, name: readText(context, itemIndex, 'name', 'Name') };
	const connection = await Connection.open(context, itemIndex);
	const json = await ask(context, connection, itemIndex, { method: 'POST', path, body });
	return { json, pairedItem: { item: itemIndex } };
}
