import type { INodeProperties } from 'n8n-workflow';

/** Parameters that several operations share. */

export const user: INodeProperties = {
	displayName: 'User',
	name: 'user',
	type: 'string',
	required: true,
	default: 'n8n',
	description: 'ID of the end user, unique within the app. It can be any text.',
	hint: 'Dify shows conversations, messages and files only to the user who created them',
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
export const conversation = createLocator({
	displayName: 'Conversation',
	name: 'conversationId',
	description: 'A conversation of the user. The ID is the conversation_id of an answer.',
	searchListMethod: 'searchConversations',
});

/** A message of the 'User'. The list shows the latest ones. */
export const message = createLocator({
	displayName: 'Message',
	name: 'messageId',
	description: 'A message of the user. The ID is the message_id of an answer.',
	searchListMethod: 'searchMessages',
	defaultId: '={{ $json.message_id }}',
});

interface LocatorSettings {
	displayName: string;
	name: string;
	description: string;
	/** Name of the method in methods/listSearch.ts that returns the list. */
	searchListMethod: string;
	/** The ID that nearly everybody needs. Without one, the parameter begins with an empty list choice. */
	defaultId?: string;
}

/** Creates a required parameter whose value is chosen from a list or entered as an ID. */
export function createLocator({
	displayName,
	name,
	description,
	searchListMethod,
	defaultId,
}: LocatorSettings): INodeProperties {
	return {
		displayName,
		name,
		type: 'resourceLocator',
		required: true,
		default: { mode: defaultId === undefined ? 'list' : 'id', value: defaultId ?? '' },
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
