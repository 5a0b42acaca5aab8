import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { Connection } from '../../transport/connection';
import { AppParameters } from '../appParameters';
import { inputBinaryField, simplify, user } from '../fields';
import { pick, readText, readUser } from '../read';
import { uploadFile } from './uploadFile';

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
 * POST /files/upload (contract, section 6).
 *
 * @throws {NodeOperationError} for a field that the item does not have, and a file over the app's limit
 * @throws {NodeApiError} for what Dify refuses
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const user = readUser(context, itemIndex);
	const field = readText(context, itemIndex, 'binaryPropertyName', 'Input Binary Field').trim();
	const connection = await Connection.open(context, itemIndex);
	const app = new AppParameters(connection, user);
	const { body } = await uploadFile(context, connection, app, itemIndex, field, user);
	const isSimple = context.getNodeParameter('simplify', itemIndex) === true;
	return { json: isSimple ? pick(body, SIMPLE_FIELDS) : body, pairedItem: { item: itemIndex } };
}
