import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ParameterReader } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { outputBinaryField, user } from '../common.descriptions';

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
			"The upload ID of the file, such as upload_file_id in a message's files. The file must have been sent with a message.",
	},
	outputBinaryField,
];

export const description = updateDisplayOptions(
	{ show: { resource: ['file'], operation: ['download'] } },
	properties,
);

/**
 * GET /files/{file_id}/preview (docs/dify-api.md#files): returns the file in a binary field, and its `id`,
 * `name`, `mime_type` and `size` in bytes as JSON.
 *
 * @throws {NodeOperationError} if 'File ID', 'User' or the field's name is empty or invalid
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const id = parameters.readId({
		name: 'fileId',
		source: 'the ID that the upload returned',
	});
	// Only an attachment comes with its name. Without it, an HTML file would look like the page of a proxy.
	const qs = { user: parameters.readUser(), as_attachment: true };
	const field = parameters.readOutputField('binaryPropertyName');
	const client = await DifyClient.forItem(context, itemIndex);
	const path = `/files/${id}/preview`;
	const { bytes, response } = await client.download({ method: 'GET', path, qs });
	const name = parseFileName(response.headers['content-disposition']) ?? id;
	const [type = ''] = response.contentType.split(';');
	// An attachment has a generic type. n8n then detects the type by the name or the bytes.
	const mimeType = type === 'application/octet-stream' || type === '' ? undefined : type;
	const binary = await context.helpers.prepareBinaryData(bytes, name, mimeType);
	return {
		json: { id, name, mime_type: binary.mimeType, size: bytes.length },
		binary: { [field]: binary },
		pairedItem: { item: itemIndex },
	};
}

/** File systems accept names of 255 bytes. */
const MAX_NAME_LENGTH = 200;

/** Returns the file name of a Content-Disposition header (RFC 6266), or `undefined` if it has none. */
function parseFileName(disposition = ''): string | undefined {
	const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(disposition) ?? [];
	if (encoded === undefined) return toBareName(/filename="?([^";]+)"?/i.exec(disposition)?.[1]);
	try {
		return toBareName(decodeURIComponent(encoded));
	} catch {
		return toBareName(encoded);
	}
}

/**
 * Returns a file name without folders and control characters. Later nodes can write the file to a disk,
 * and the name comes from the server.
 */
function toBareName(name = ''): string | undefined {
	const visible = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
	const bare = (visible.split(/[/\\]/).at(-1) ?? '').trim().slice(0, MAX_NAME_LENGTH);
	return bare === '' || bare === '.' || bare === '..' ? undefined : bare;
}
