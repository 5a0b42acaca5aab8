import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { readFile, uploadFile } from '../../helpers/binary';
import { ParameterReader, pick } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { inputBinaryField, simplify, user } from '../common.descriptions';

const properties: INodeProperties[] = [user, inputBinaryField, simplify];

export const description = updateDisplayOptions(
	{ show: { resource: ['file'], operation: ['upload'] } },
	properties,
);

const SIMPLE_FIELDS = [
	'id',
	'name',
	'size',
	'extension',
	'mime_type',
	'created_by',
	'created_at',
	'source_url',
];

/**
 * POST /files/upload (docs/dify-api.md#files).
 *
 * @throws {NodeOperationError} if the item has no such binary field, or the file is larger than the app allows
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const user = parameters.readUser();
	const isSimplified = parameters.readBoolean('simplify');
	const client = await DifyClient.forItem(context, itemIndex);
	const body = await uploadFile(client, await readFile(parameters, inputBinaryField.name), user);
	return {
		json: isSimplified ? pick(body, SIMPLE_FIELDS) : body,
		pairedItem: { item: itemIndex },
	};
}
