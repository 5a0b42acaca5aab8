import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ParameterReader, toText } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { conversation, createLocator, user } from '../common.descriptions';

const properties: INodeProperties[] = [
	user,
	conversation,
	createLocator({
		displayName: 'Variable',
		name: 'variableId',
		description: "A variable of the conversation. 'Get Variables' returns its ID.",
		searchListMethod: 'searchVariables',
	}),
	{
		displayName: 'Value Type',
		name: 'valueType',
		type: 'options',
		options: [
			{ name: 'JSON', value: 'json', description: 'A number, a boolean, an object or an array' },
			{ name: 'Text', value: 'text', description: 'For a variable of type string' },
		],
		default: 'text',
		description: "How to enter the value. It must have the variable's type.",
	},
	{
		displayName: 'Value',
		name: 'value',
		type: 'string',
		default: '',
		description: 'The new value of the variable',
		displayOptions: { show: { valueType: ['text'] } },
	},
	{
		displayName: 'Value (JSON)',
		name: 'valueJson',
		type: 'json',
		default: '',
		placeholder: 'e.g. 8',
		description: 'The new value of the variable',
		displayOptions: { show: { valueType: ['json'] } },
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['conversation'], operation: ['updateVariable'] } },
	properties,
);

/**
 * PUT /conversations/{conversation_id}/variables/{variable_id} (docs/dify-api.md#endpoints): returns the
 * variable with its new value.
 *
 * @throws {NodeOperationError} if a parameter is empty or invalid
 * @throws {NodeApiError} for an error of Dify, for example if the value has another type than the variable
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex);
	const user = parameters.readUser();
	const conversationId = parameters.readConversationId();
	const variableId = parameters.readId({
		name: 'variableId',
		displayName: 'Variable',
		source: "the id of a variable from 'Get Variables', or choose one from the list",
	});
	const path = `/conversations/${conversationId}/variables/${variableId}`;
	const body = { user, value: readValue(parameters) };
	const client = await DifyClient.forItem(context, itemIndex);
	const json = await client.requestJson({ method: 'PUT', path, body });
	return { json, pairedItem: { item: itemIndex } };
}

function readValue(parameters: ParameterReader): unknown {
	if (parameters.read('valueType') === 'text') {
		const text = parameters.read('value');
		return typeof text === 'object' ? JSON.stringify(text) : toText(text);
	}
	return parameters.parseJson({
		value: parameters.read('valueJson'),
		displayName: 'Value (JSON)',
		advice: 'Enter a number, a boolean, an object or an array, such as 8 or ["a", "b"].',
	});
}
