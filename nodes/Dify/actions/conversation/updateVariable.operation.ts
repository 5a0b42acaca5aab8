import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ParameterReader } from '../../helpers/parameters';
import { parseTextOrJson } from '../../helpers/values';
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
	const parameters = new ParameterReader(context, itemIndex, properties);
	const user = parameters.readUser();
	const conversationId = parameters.readConversationId();
	const variableId = parameters.readId({
		name: 'variableId',
		source: "the ID of a variable from 'Get Variables', or choose one from the list",
	});
	const path = `/conversations/${conversationId}/variables/${variableId}`;
	const body = { user, value: readValue(parameters) };
	const client = await DifyClient.forItem(context, itemIndex);
	const json = await client.requestJson({ method: 'PUT', path, body });
	return { json, pairedItem: { item: itemIndex } };
}

function readValue(parameters: ParameterReader): unknown {
	const isText = parameters.readOption('valueType') === 'text';
	const name = isText ? 'value' : 'valueJson';
	const value = parameters.read(name);
	const advice = isText
		? 'Check the expression of the parameter. An empty text is a value, undefined and null are none.'
		: 'Enter a number, a boolean, an object or an array, such as 8 or ["a", "b"].';
	// An expression without a value must not clear the variable.
	if (value === undefined || value === null || (value === '' && !isText)) {
		return parameters.throwInvalid(`${parameters.label(name)} has no value`, advice);
	}
	return isText
		? parameters.accept(name, parseTextOrJson(value))
		: parameters.parseJson({ name, value, advice });
}
