import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { download } from '../../transport/ask';
import { Connection } from '../../transport/connection';
import { outputBinaryField, user } from '../fields';
import { readId, readText, readUser } from '../read';

const properties: INodeProperties[] = [
	user,
	{
		displayName: 'File ID',
		name: 'fileId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 72fa9618-8f89-4a37-9b33-7e1178a24a67',
		description:
			"The file's upload ID, such as the upload_file_id among a message's files. Dify gives a file out once it was sent with a message.",
	},
	outputBinaryField,
];

export const description = updateDisplayOptions(
	{ show: { resource: ['file'], operation: ['download'] } },
	properties,
);

/**
 * GET /files/{file_id}/preview (contract, section 6): the file in a binary field, its `id`, `name`,
 * `mime_type` and `size` in bytes beside it.
 *
 * @throws {NodeOperationError} for a 'File ID', 'User' or field that cannot be one
 * @throws {NodeApiError} for what Dify refuses
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const id = readId(context, itemIndex, 'fileId', 'File ID', 'the id that the upload gave');
	// As an attachment it comes with its name; without, an HTML file would look like a proxy's page.
	const qs = { user: readUser(context, itemIndex), as_attachment: true };
	const field = readText(context, itemIndex, 'binaryPropertyName', outputBinaryField.displayName);
	const path = `/files/${id}/preview`;
	const connection = await Connection.open(context, itemIndex);
	const { bytes, reply } = await download(context, connection, itemIndex, {
		method: 'GET',
		path,
		qs,
	});
	const name = nameOf(reply.headers['content-disposition']) ?? id;
	const [type = ''] = reply.contentType.split(';');
	// An attachment's own type says nothing; n8n knows it by the name, or by the bytes.
	const mimeType = type === 'application/octet-stream' || type === '' ? undefined : type;
	const binary = await context.helpers.prepareBinaryData(bytes, name, mimeType);
	return {
		json: { id, name, mime_type: binary.mimeType, size: bytes.length },
		binary: { [field]: binary },
		pairedItem: { item: itemIndex },
	};
}

/** The file name of a Content-Disposition header (RFC 6266), where it has one that can be read. */
function nameOf(disposition = ''): string | undefined {
	const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(disposition) ?? [];
	if (encoded !== undefined) {
		try {
			return decodeURIComponent(encoded);
		} catch {
			return encoded;
		}
	}
	return /filename="?([^";]+)"?/i.exec(disposition)?.[1];
}
