import type { INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { simplify, user } from '../fields';
import { options } from './run/options';

const properties: INodeProperties[] = [
	{
		displayName: 'Query',
		name: 'query',
		type: 'string',
		typeOptions: { rows: 3 },
		required: true,
		default: '',
		placeholder: 'e.g. When is the next high tide?',
		description: "The user's message or question",
	},
	user,
	{
		displayName: 'Response Mode',
		name: 'responseMode',
		type: 'options',
		options: [
			{
				name: 'Streaming',
				value: 'streaming',
				description:
					'The answer comes while it grows: survives gateways that cut long waits, and the only mode of Agent apps. Gives one item all the same.',
			},
			{
				name: 'Blocking',
				value: 'blocking',
				description: 'The answer comes in one body at its end',
			},
		],
		default: 'streaming',
		description: 'How Dify sends its answer. The item is the same in both modes.',
	},
	{
		displayName: 'Conversation',
		name: 'conversationId',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description: 'The conversation to continue; empty begins a new one',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'A new conversation',
				typeOptions: { searchListMethod: 'searchConversations', searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 45701982-8118-4bc5-8e9b-64562b4555f2',
			},
		],
	},
	{
		displayName: 'Inputs',
		name: 'inputsMode',
		type: 'options',
		options: [
			{
				name: "The App's Fields",
				value: 'fields',
				description: 'The variables that the app defines',
			},
			{ name: 'JSON', value: 'json', description: 'An object of variables' },
		],
		default: 'fields',
		description: "How to give the values of the app's variables",
	},
	{
		displayName: 'Values',
		name: 'inputs',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		description:
			"The app's variables. A file variable takes the name of a binary field, a URL, an upload ID, or Dify's own object; a list of files takes several, separated by commas.",
		displayOptions: { show: { inputsMode: ['fields'] } },
		typeOptions: {
			resourceMapper: {
				resourceMapperMethod: 'getInputs',
				mode: 'add',
				fieldWords: { singular: 'input', plural: 'inputs' },
				addAllFields: true,
				supportAutoMap: false,
				noFieldsError: 'The app defines no variables',
			},
		},
	},
	{
		displayName: 'Inputs (JSON)',
		name: 'inputsJson',
		type: 'json',
		default: '{}',
		placeholder: 'e.g. {"topic": "tides"}',
		description:
			"An object of the app's variables. A file variable takes the name of a binary field, a URL, an upload ID, or Dify's own object.",
		displayOptions: { show: { inputsMode: ['json'] } },
	},
	{
		displayName: 'Files',
		name: 'files',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add File' },
		default: {},
		placeholder: 'Add File',
		description:
			'Files that belong to the message. Dify ignores them where the app has file upload switched off.',
		options: [
			{
				displayName: 'File',
				name: 'file',
				values: [
					{
						displayName: 'Input Binary Field',
						name: 'binaryPropertyName',
						type: 'string',
						default: 'data',
						placeholder: 'e.g. data',
						hint: 'The name of the input binary field containing the file',
						displayOptions: { show: { source: ['binary'] } },
					},
					{
						displayName: 'Source',
						name: 'source',
						type: 'options',
						options: [
							{ name: 'Binary Field', value: 'binary', description: 'Uploaded first' },
							{ name: 'Upload ID', value: 'uploadId', description: 'Of a file uploaded before' },
							{ name: 'URL', value: 'url', description: 'Dify itself fetches it' },
						],
						default: 'binary',
					},
					{
						displayName: 'Type',
						name: 'type',
						type: 'options',
						options: [
							{ name: 'Audio', value: 'audio' },
							{ name: 'Automatic', value: 'auto', description: 'By MIME type and file name' },
							{ name: 'Custom', value: 'custom' },
							{ name: 'Document', value: 'document' },
							{ name: 'Image', value: 'image' },
							{ name: 'Video', value: 'video' },
						],
						default: 'auto',
						description: "Dify's kind of the file",
					},
					{
						displayName: 'Upload File ID',
						name: 'uploadFileId',
						type: 'string',
						default: '',
						placeholder: 'e.g. 72fa9618-8f89-4a37-9b33-7e1178a24a67',
						displayOptions: { show: { source: ['uploadId'] } },
					},
					{
						displayName: 'URL',
						name: 'url',
						type: 'string',
						default: '',
						placeholder: 'e.g. https://example.com/picture.png',
						displayOptions: { show: { source: ['url'] } },
					},
				],
			},
		],
	},
	simplify,
	options,
];

export const description = updateDisplayOptions(
	{ show: { resource: ['chatMessage'], operation: ['send'] } },
	properties,
);

export { execute } from './send/execute';
