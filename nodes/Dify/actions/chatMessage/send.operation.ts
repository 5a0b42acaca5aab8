import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { sleep, updateDisplayOptions } from 'n8n-workflow';
import { acceptsFiles } from '../../../../protocol/appParameters';
import type { ChatRequest } from '../../../../protocol/request';
import { buildChatBody } from '../../../../protocol/request';
import { isVersionInRange } from '../../../../protocol/version';
import { ChatRun, toRunSettings } from '../../chat/ChatRun';
import { addHint, completeRun } from '../../chat/completeRun';
import { sendOptions } from '../../chat/options';
import { WebhookStream, reportFailure } from '../../chat/webhookStream';
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
		hint: 'In a chat: {{ $json.chatInput }}',
	},
	{
		...user,
		hint: 'In a chat: {{ $json.sessionId }}. Only this user can see and continue the conversation.',
	},
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
		description:
			'How Dify sends the answer to n8n. The item is the same in both modes. To show the answer word by word in a chat, also add the option "Response Mode" to the Chat Trigger and set it to "Streaming". For a webhook, set "Respond" of the Webhook node to "Streaming Response".',
		hint: 'To stream to a chat or a webhook, also set the response mode of its trigger to streaming',
	},
	{
		displayName: 'Conversation',
		name: 'conversationId',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description:
			"The conversation to continue. 'The User's Latest Conversation' gives a chat a memory: it continues the conversation that the user used last, or starts the first one. If empty, Dify starts a new one.",
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'A new conversation',
				typeOptions: { searchListMethod: 'searchConversationChoices', searchable: true },
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
		hint: "After you choose another credential, close this panel and open it again to load the app's inputs",
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
				refreshStaleSchemaOnOpen: true,
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
						displayName: 'Source',
						name: 'source',
						type: 'options',
						options: [
							{
								name: 'All Binary Fields',
								value: 'allBinary',
								description: 'The node uploads every file of the item',
							},
							{ name: 'Binary Field', value: 'binary', description: 'The node uploads the file' },
							{ name: 'Upload ID', value: 'uploadId', description: 'The file is uploaded already' },
							{ name: 'URL', value: 'url', description: 'Dify downloads the file' },
						],
						default: 'binary',
					},
					{
						displayName: 'Source Binary Field',
						name: 'binaryPropertyName',
						type: 'string',
						default: 'data',
						placeholder: 'e.g. data',
						hint: 'The name of the input binary field containing the file. Separate several names with commas.',
						displayOptions: { show: { source: ['binary'] } },
					},
					{
						displayName: 'Source Upload ID',
						name: 'uploadFileId',
						type: 'string',
						default: '',
						placeholder: 'e.g. 72fa9618-8f89-4a37-9b33-7e1178a24a67',
						displayOptions: { show: { source: ['uploadId'] } },
					},
					{
						displayName: 'Source URL',
						name: 'url',
						type: 'string',
						default: '',
						placeholder: 'e.g. https://example.com/picture.png',
						displayOptions: { show: { source: ['url'] } },
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
 * @throws {NodeOperationError} if a parameter is invalid, or the execution was canceled
 * @throws {NodeApiError} if the run failed or is incomplete, with its partial result
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	return await reportFailure(context, itemIndex, async () => await sendMessage(context, itemIndex));
}

async function sendMessage(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const sendParameters = readSendParameters(parameters);
	const { user, options, simplify } = sendParameters;
	const client = await DifyClient.forItem(context, itemIndex);
	const request = await buildRequest(client, parameters, sendParameters);
	const stream = options.streamToResponse ? WebhookStream.open(context, itemIndex) : undefined;
	await stream?.begin();

	const run = new ChatRun(client, {
		...toRunSettings(context, options, stream),
		diagnoseStall: async (stall) => await diagnoseStall(client, request, stall),
	});
	const body = buildChatBody(request);
	// The answer does not wait for the check of the files, so both are requested at the same time.
	const hasFiles = request.files !== undefined && request.files.length > 0;
	const appParameters = hasFiles ? client.readAppParameters(user) : undefined;
	const outcome = await run.execute({ method: 'POST', path: '/chat-messages', body });
	const report = { context, user, stream, simplify, options };
	const json = await completeRun(client, outcome, report);
	const warnings = [
		findReplacedConversation(request, json.conversation_id),
		findBlockingPause(request, json.status, outcome.difyVersion),
		appParameters === undefined ? undefined : await findIgnoredFiles(appParameters),
	];
	for (const warning of warnings) {
		if (warning !== undefined) addHint(context, itemIndex, warning);
	}
	return { json, pairedItem: { item: itemIndex } };
}

/** Longest time in ms that an answer waits for the check of its files. */
const MAX_FILE_CHECK_MS = 1_000;

/** An app without file upload ignores the files of a message and reports no error (docs/dify-api.md#files). */
async function findIgnoredFiles(appParameters: Promise<unknown>): Promise<string | undefined> {
	const parameters = await Promise.race([appParameters, sleep(MAX_FILE_CHECK_MS)]);
	return acceptsFiles(parameters) === false
		? "Dify ignored the files. Turn on 'File Upload' in the app's features"
		: undefined;
}

/**
 * Dify 1.15.0 starts a new conversation if it does not know the one of a chatflow
 * (docs/dify-api.md#request-errors-by-version).
 */
function findReplacedConversation(
	{ conversationId = '' }: ChatRequest,
	answeredId: unknown,
): string | undefined {
	if (conversationId === '' || typeof answeredId !== 'string') return undefined;
	if (conversationId.toLowerCase() === answeredId.toLowerCase()) return undefined;
	return `Dify started a new conversation (${answeredId}), because it does not know the conversation ${conversationId} of this user`;
}

/**
 * A run that a blocking request started ends as stopped on Dify 1.16 when its form is submitted
 * (docs/dify-api.md#human-input).
 */
function findBlockingPause(
	{ responseMode }: ChatRequest,
	status: unknown,
	difyVersion: string | undefined,
): string | undefined {
	const isAffected = isVersionInRange(difyVersion, '1.16', '1.17');
	if (responseMode !== 'blocking' || status !== 'paused' || !isAffected) return undefined;
	return "Dify 1.16 stops this run when its form is submitted, because a blocking request started it. Set 'Response Mode' to 'Streaming'";
}
