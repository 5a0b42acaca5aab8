import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { getFileSizeLimit } from '../../../../protocol/appParameters';
import { ask } from '../../transport/ask';
import type { Connection } from '../../transport/connection';
import { refuse } from '../../transport/errors';
import type { AppParameters } from '../appParameters';
import type { BinaryFile } from '../binary';
import { readBinary, toForm } from '../binary';

const MIB = 1024 * 1024;

/** A file as POST /files/upload gives it back (contract, section 6), and what it was made of. */
export interface Upload {
	file: BinaryFile;
	body: IDataObject;
}

/**
 * Uploads a binary field's file under a user, who alone may use it.
 *
 * @throws {NodeOperationError} for a field that the item does not have, and a file over the app's limit
 * @throws {NodeApiError} for what Dify refuses
 */
export async function uploadFile(
	context: IExecuteFunctions,
	connection: Connection,
	app: AppParameters,
	itemIndex: number,
	field: string,
	user: string,
): Promise<Upload> {
	const file = await readBinary(context, itemIndex, field);
	const { bytes, name, mimeType } = file;
	// Megabytes need not be sent to learn that they are too many; Dify's own answer names no limit.
	// Its limits are whole numbers of them.
	const limit = bytes.length > MIB ? getFileSizeLimit(await app.read(), mimeType, name) : undefined;
	if (limit !== undefined && bytes.length > limit * MIB) {
		const size = (bytes.length / MIB).toFixed(1);
		refuse(
			context,
			`'${name}' from the binary field '${field}' is larger than Dify takes: ${size} MB, over its limit of ${limit} MB`,
			'Send a smaller file, or raise the limit in Dify (UPLOAD_IMAGE_FILE_SIZE_LIMIT and its like).',
			itemIndex,
		);
	}
	const request = { method: 'POST', path: '/files/upload', body: toForm(file, user) } as const;
	const about = `Uploading '${name}' from the binary field '${field}'`;
	return { file, body: await ask(context, connection, itemIndex, request, about) };
}
