import type { INodeProperties } from 'n8n-workflow';

/** The parameters that several operations have, each said once. */

export const user: INodeProperties = {
	displayName: 'User',
	name: 'user',
	type: 'string',
	required: true,
	default: 'n8n',
	description: 'Identifies the end user to Dify, unique within the app',
	hint: 'Conversations, messages and files are seen only by the user that made them',
};

export const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

export const limit: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	description: 'Max number of results to return',
	displayOptions: { show: { returnAll: [false] } },
};

export const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

export const inputBinaryField: INodeProperties = {
	displayName: 'Input Binary Field',
	name: 'binaryPropertyName',
	type: 'string',
	required: true,
	default: 'data',
	placeholder: 'e.g. data',
	hint: 'The name of the input binary field containing the file',
};

export const outputBinaryField: INodeProperties = {
	displayName: 'Put Output File in Field',
	name: 'binaryPropertyName',
	type: 'string',
	required: true,
	default: 'data',
	placeholder: 'e.g. data',
	hint: 'The name of the output binary field to put the file in',
};

/** A conversation of the 'User'. */
export const conversation = pickedFromList(
	'Conversation',
	'conversationId',
	"The conversation, one of the user's; by ID, the conversation_id of an answer",
	'searchConversations',
);

/** A message of the 'User', the list holding the latest. */
export const message = pickedFromList(
	'Message',
	'messageId',
	"The message, one of the user's; by ID, the message_id of an answer",
	'searchMessages',
);

/**
 * One of Dify's things, from a list or by id.
 *
 * @param searchListMethod the method of methods/listSearch.ts that gives the list
 */
export function pickedFromList(
	displayName: string,
	name: string,
	description: string,
	searchListMethod: string,
): INodeProperties {
	return {
		displayName,
		name,
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		description,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: `Select a ${displayName.toLowerCase()}…`,
				typeOptions: { searchListMethod, searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 45701982-8118-4bc5-8e9b-64562b4555f2',
			},
		],
	};
}
