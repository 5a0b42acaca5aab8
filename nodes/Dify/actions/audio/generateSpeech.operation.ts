import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { download } from '../../transport/ask';
import { Connection } from '../../transport/connection';
import { throwFailure } from '../../transport/errors';
import { message, outputBinaryField, user } from '../fields';
import { readMessageId, readText, readUser } from '../read';

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
		description: 'What to say',
	},
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 3 },
		required: true,
		default: '',
		placeholder: 'e.g. High tide is at six.',
		description: 'The words to say',
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
				description: "One of the voices of the app's speech model; empty for the app's own",
			},
		],
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['audio'], operation: ['generateSpeech'] } },
	properties,
);

/**
 * POST /text-to-audio (contract, section 6): the audio in a binary field, its `name`, `mime_type` and
 * `size` in bytes beside it.
 *
 * @throws {NodeOperationError} for a parameter that cannot be sent
 * @throws {NodeApiError} for what Dify refuses, above all where the app has it switched off
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const user = readUser(context, itemIndex);
	const { voice } = context.getNodeParameter('options', itemIndex, {}) as { voice?: string };
	const body: IDataObject = {
		user,
		...(context.getNodeParameter('source', itemIndex) === 'message'
			? { message_id: readMessageId(context, itemIndex) }
			: { text: readText(context, itemIndex, 'text', 'Text') }),
		...(voice !== undefined && voice !== '' && { voice }),
	};
	const field = readText(context, itemIndex, 'binaryPropertyName', outputBinaryField.displayName);
	const connection = await Connection.open(context, itemIndex);
	const { bytes, reply } = await download(context, connection, itemIndex, {
		method: 'POST',
		path: '/text-to-audio',
		body,
	});
	const [mimeType = ''] = reply.contentType.split(';');
	// Of a message that it does not know, or that has no answer, Dify has but `null` to say.
	if (bytes.length === 0 || mimeType === 'application/json') {
		const failure = {
			kind: 'no_audio',
			message: 'Dify gave no audio',
			hint: "With 'Source' set to 'Message', the message must be one of this 'User' and have an answer.",
		};
		return throwFailure(context, connection, failure, { itemIndex });
	}
	const name = mimeType.includes('wav') ? 'speech.wav' : 'speech.mp3';
	const binary = await context.helpers.prepareBinaryData(bytes, name, mimeType || undefined);
	return {
		json: { name, mime_type: binary.mimeType, size: bytes.length },
		binary: { [field]: binary },
		pairedItem: { item: itemIndex },
	};
}
