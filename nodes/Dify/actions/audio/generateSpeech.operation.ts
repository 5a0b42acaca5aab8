import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ParameterReader } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { throwApiError } from '../../transport/errors';
import { message, outputBinaryField, user } from '../common.descriptions';

const properties: INodeProperties[] = [
	user,
	{
		displayName: 'Source',
		name: 'source',
		type: 'options',
		options: [
			{ name: 'Message', value: 'message', description: 'The answer of a message' },
			{ name: 'Text', value: 'text' },
		],
		default: 'text',
		description: 'Where the text to speak comes from',
	},
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 3 },
		required: true,
		default: '',
		placeholder: 'e.g. High tide is at six.',
		description: 'The text to speak',
		displayOptions: { show: { source: ['text'] } },
	},
	{ ...message, displayOptions: { show: { source: ['message'] } } },
	outputBinaryField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Voice',
				name: 'voice',
				type: 'string',
				default: '',
				placeholder: 'e.g. alloy',
				description:
					"A voice of the app's speech model. If empty, Dify uses the voice that is set in the app.",
			},
		],
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['audio'], operation: ['generateSpeech'] } },
	properties,
);

/**
 * POST /text-to-audio (docs/dify-api.md#endpoints): returns the audio in a binary field, and its `name`,
 * `mime_type` and `size` in bytes as JSON.
 *
 * @throws {NodeOperationError} if a parameter is empty or invalid
 * @throws {NodeApiError} for an error of Dify, for example if text to speech is disabled in the app
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const user = parameters.readUser();
	const { voice } = parameters.readCollection('options');
	const body: IDataObject = {
		user,
		...(parameters.readOption('source') === 'message'
			? { message_id: parameters.readMessageId() }
			: { text: parameters.readText('text') }),
		...(voice !== undefined && { voice }),
	};
	const field = parameters.readOutputField('binaryPropertyName');
	const client = await DifyClient.forItem(context, itemIndex);
	const request = { method: 'POST', path: '/text-to-audio', body } as const;
	const { bytes, response } = await client.download(request);
	const [mimeType = ''] = response.contentType.split(';');
	// Dify answers with the JSON `null` if the message is unknown or has no answer.
	if (bytes.length === 0 || mimeType === 'application/json') {
		return throwApiError(client, {
			kind: 'no_audio',
			message: 'Dify returned no audio',
			hint: "If 'Source' is 'Message', the message must belong to this 'User' and have an answer.",
		});
	}
	const name = mimeType.includes('wav') ? 'speech.wav' : 'speech.mp3';
	const binary = await context.helpers.prepareBinaryData(bytes, name, mimeType || undefined);
	return {
		json: { name, mime_type: binary.mimeType, size: bytes.length },
		binary: { [field]: binary },
		pairedItem: { item: itemIndex },
	};
}
