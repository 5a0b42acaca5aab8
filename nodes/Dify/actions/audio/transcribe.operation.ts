import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { toDifyAudioType } from '../../../../protocol/audio';
import { ask } from '../../transport/ask';
import { Connection } from '../../transport/connection';
import { readBinary, toForm } from '../binary';
import { inputBinaryField, user } from '../fields';
import { readText, readUser } from '../read';

const properties: INodeProperties[] = [user, inputBinaryField];

export const description = updateDisplayOptions(
	{ show: { resource: ['audio'], operation: ['transcribe'] } },
	properties,
);

/**
 * POST /audio-to-text (contract, section 6): what was said, as `text`.
 *
 * @throws {NodeOperationError} for a field that the item does not have
 * @throws {NodeApiError} for what Dify refuses, above all where the app has it switched off
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const user = readUser(context, itemIndex);
	const field = readText(context, itemIndex, 'binaryPropertyName', 'Input Binary Field').trim();
	const file = await readBinary(context, itemIndex, field);
	const body = toForm({ ...file, mimeType: toDifyAudioType(file.mimeType, file.name) }, user);
	const connection = await Connection.open(context, itemIndex);
	const request = { method: 'POST', path: '/audio-to-text', body } as const;
	const about = `Transcribing '${file.name}' from the binary field '${field}'`;
	const json = await ask(context, connection, itemIndex, request, about);
	return { json, pairedItem: { item: itemIndex } };
}
