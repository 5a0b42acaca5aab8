import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { toDifyAudioType } from '../../../../protocol/audio';
import { describeFile, readFile, toFormData } from '../../helpers/binary';
import { ParameterReader } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { inputBinaryField, user } from '../common.descriptions';

const properties: INodeProperties[] = [user, inputBinaryField];

export const description = updateDisplayOptions(
	{ show: { resource: ['audio'], operation: ['transcribe'] } },
	properties,
);

/**
 * POST /audio-to-text (docs/dify-api.md#endpoints): returns the transcript as `text`.
 *
 * @throws {NodeOperationError} if 'User' is empty or the item has no such binary field
 * @throws {NodeApiError} for an error of Dify, for example if speech to text is disabled in the app
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const user = parameters.readUser();
	const file = await readFile(parameters, inputBinaryField.name);
	const mimeType = toDifyAudioType(file.mimeType, file.name);
	const body = toFormData({ ...file, mimeType }, user);
	const client = await DifyClient.forItem(context, itemIndex);
	const about = `Transcribing ${describeFile(file)}`;
	const json = await client.postJson('/audio-to-text', body, about);
	return { json, pairedItem: { item: itemIndex } };
}
