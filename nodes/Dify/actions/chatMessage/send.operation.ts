import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { acceptsFiles } from '../../../../protocol/appParameters';
import { buildChatBody } from '../../../../protocol/request';
import { ChatRun, toRunSettings } from '../../chat/ChatRun';
import { addHint, completeRun } from '../../chat/completeRun';
import { sendOptions } from '../../chat/options';
import { WebhookStream } from '../../chat/webhookStream';
import { ParameterReader } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { simplify, user } from '../common.descriptions';
import { buildRequest, readSendParameters } from './send/buildRequest';
import { diagnoseStall } from './send/diagnoseStall';

const properties: INodeProperties[] = [
	{
		displayName: 'Query',
		name: 'query',
		type: 'string',
		typeOptions: { rows: 3 },
		required: true,
		default: '',
		placeholder: 'e.g. When is the next high tide?',
		description: 'The message or question of the user',
	},
	user,
	{
		displayName: 'Response Mode',
		name: 'responseMode',
		type: 'options',
		options: [
			{
				name: 'Blocking',
				value: 'blocking',
				description: 'Dify sends the complete answer in one response',
			},
			{
				name: 'Streaming',
				value: 'streaming',
				description:
					'Dify sends the answer while it is generated. Gateways do not cut such a response, and Agent apps support no other mode. The node still returns one item.',
			},
		],
		default: 'streaming',
		description: 'How Dify sends the answer. The item is the same in both modes.',
	},
	{
		displayName: 'Conversation',
		name: 'conversationId',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description: 'The conversation to continue. If empty, Dify starts a new one.',
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
			{ name: 'JSON', value: 'json', description: 'A JSON object with the variables' },
			{
				name: "The App's Fields",
				value: 'fields',
				description: 'One field per variable of the app',
			},
		],
		default: 'fields',
		description: "How to enter the values of the app's variables",
	},
	{
		displayName: 'Values',
		name: 'inputs',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		description:
			"The variables of the app. For a file, enter the name of a binary field, a URL, an upload ID or Dify's file object. For a list of files, separate them with commas.",
		displayOptions: { show: { inputsMode: ['fields'] } },
		typeOptions: {
			resourceMapper: {
				resourceMapperMethod: 'getInputs',
				mode: 'add',
				fieldWords: { singular: 'input', plural: 'inputs' },
				addAllFields: true,
				supportAutoMap: false,
				noFieldsError: 'The app has no variables',
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
			"A JSON object with the variables of the app. For a file, use the name of a binary field, a URL, an upload ID or Dify's file object.",
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
			'Files to send with the message. Dify ignores them if file upload is disabled in the app.',
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
							{ name: 'Binary Field', value: 'binary', description: 'The node uploads the file' },
							{ name: 'Upload ID', value: 'uploadId', description: 'The file is uploaded already' },
							{ name: 'URL', value: 'url', description: 'Dify downloads the file' },
						],
						default: 'binary',
					},
					{
						displayName: 'Type',
						name: 'type',
						type: 'options',
						options: [
							{ name: 'Audio', value: 'audio' },
							{
								name: 'Automatic',
								value: 'auto',
								description: 'From the MIME type and the file name',
							},
							{ name: 'Custom', value: 'custom' },
							{ name: 'Document', value: 'document' },
							{ name: 'Image', value: 'image' },
							{ name: 'Video', value: 'video' },
						],
						default: 'auto',
						description: 'The type of the file in Dify',
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
	sendOptions,
];

export const description = updateDisplayOptions(
	{ show: { resource: ['chatMessage'], operation: ['send'] } },
	properties,
);

/**
 * POST /chat-messages (docs/dify-api.md#chat-request): sends the message of one item and returns the
 * answer as one item, in both response modes.
 *
 * @throws {NodeOperationError} if a parameter is invalid, or the execution was cancelled
 * @throws {NodeApiError} if the run failed or is incomplete, with its partial result
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex);
	const sendParameters = readSendParameters(parameters);
	const { user, options, simplify, files } = sendParameters;
	const client = await DifyClient.forItem(context, itemIndex);
	const request = await buildRequest(client, parameters, sendParameters);
	const stream = options.streamToResponse ? WebhookStream.open(context, itemIndex) : undefined;
	await stream?.begin();

	const run = new ChatRun(client, {
		...toRunSettings(context, options, stream),
		diagnoseStall: async () => await diagnoseStall(client, request),
	});
	const body = buildChatBody(request);
	const outcome = await run.execute({ method: 'POST', path: '/chat-messages', body });
	const report = { context, user, stream, simplify, options };
	const json = await completeRun(client, outcome, report);
	if (files.length > 0) await warnIfFilesIgnored(client, context, user);
	return { json, pairedItem: { item: itemIndex } };
}

/** An app without file upload ignores the files of a message and reports no error (docs/dify-api.md#files). */
async function warnIfFilesIgnored(
	client: DifyClient,
	context: IExecuteFunctions,
	user: string,
): Promise<void> {
	const appParameters = await client.readAppParameters(user);
	if (appParameters === undefined || acceptsFiles(appParameters)) return;
	const message = "Dify ignored the files. Turn on 'File Upload' in the app's features";
	addHint(context, client.itemIndex, message);
}
