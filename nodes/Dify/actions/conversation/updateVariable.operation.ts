import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ask } from '../../transport/ask';
import { Connection } from '../../transport/connection';
import { conversation, pickedFromList, user } from '../fields';
import { readConversationId, readId, readJson, readUser, toText } from '../read';

const properties: INodeProperties[] = [
	user,
	conversation,
	pickedFromList(
		'Variable',
		'variableId',
		"The variable, one of the conversation's; by ID, the ID that 'Get Variables' gives",
		'searchVariables',
	),
	{
		displayName: 'Value Type',
		name: 'valueType',
		type: 'options',
		options: [
			{ name: 'JSON', value: 'json', description: 'A number, true or false, an object or a list' },
			{ name: 'Text', value: 'text', description: 'For a variable of the type string' },
		],
		default: 'text',
		description: "How to give the value. Dify takes a value of the variable's own type alone.",
	},
	{
		displayName: 'Value',
		name: 'value',
		type: 'string',
		default: '',
		description: 'The new text',
		displayOptions: { show: { valueType: ['text'] } },
	},
	{
		displayName: 'Value (JSON)',
		name: 'valueJson',
		type: 'json',
		default: '',
		placeholder: 'e.g. 8',
		description: 'The new value',
		displayOptions: { show: { valueType: ['json'] } },
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['conversation'], operation: ['updateVariable'] } },
	properties,
);

/**
 * PUT /conversations/{conversation_id}/variables/{variable_id} (contract, section 6): the variable with
 * its new value.
 *
 * @throws {NodeOperationError} for a parameter that cannot be sent
 * @throws {NodeApiError} for what Dify refuses, above all a value of another type than the variable's
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const user = readUser(context, itemIndex);
	const conversationId = readConversationId(context, itemIndex);
	const source = "the id of a variable from 'Get Variables', or choose one from the list";
	const variableId = readId(context, itemIndex, 'variableId', 'Variable', source);
	const path = `/conversations/${conversationId}/variables/${variableId}`;
	const body = { user, value: readValue(context, itemIndex) };
	const connection = await Connection.open(context, itemIndex);
	const json = await ask(context, connection, itemIndex, { method: 'PUT', path, body });
	return { json, pairedItem: { item: itemIndex } };
}

function readValue(context: IExecuteFunctions, itemIndex: number): unknown {
	if (context.getNodeParameter('valueType', itemIndex) === 'text') {
		const text = context.getNodeParameter('value', itemIndex);
		return typeof text === 'object' ? JSON.stringify(text) : toText(text);
	}
	const value = context.getNodeParameter('valueJson', itemIndex);
	const advice = 'Give a number, true or false, an object or a list, such as 8 or ["a", "b"].';
	return readJson(context, itemIndex, value, 'Value (JSON)', advice);
}
