import type { IDataObject } from 'n8n-workflow';
import { getFileSizeLimit } from '../../../protocol/appParameters';
import type { DifyClient } from '../transport/DifyClient';
import { throwInvalidParameter } from '../transport/errors';
import type { ParameterReader } from './parameters';

const MIB = 1024 * 1024;

/** The file of a binary field. */
export interface BinaryFile {
	/** Name of the binary field. */
	field: string;
	bytes: Buffer;
	name: string;
	mimeType: string;
}

/** Returns whether the item has a binary field of this name. */
export function hasBinary(parameters: ParameterReader, field: string): boolean {
	return Object.hasOwn(binaryOf(parameters), field);
}

/** Returns a sentence that names the item's binary fields. */
export function describeBinaryFields(parameters: ParameterReader): string {
	const names = Object.keys(binaryOf(parameters)).map((name) => `'${name}'`);
	return names.length > 0
		? `The item's binary fields are: ${names.join(', ')}.`
		: 'The item has no binary fields.';
}

/** @throws {NodeOperationError} if the item has no such binary field */
export async function readBinary(parameters: ParameterReader, field: string): Promise<BinaryFile> {
	if (!hasBinary(parameters, field)) {
		return parameters.throwInvalid(
			`The item has no binary field '${field}'`,
			describeBinaryFields(parameters),
		);
	}
	const { context, itemIndex } = parameters;
	const { fileName, fileExtension, mimeType } = context.helpers.assertBinaryData(itemIndex, field);
	return {
		field,
		bytes: await context.helpers.getBinaryDataBuffer(itemIndex, field),
		name: fileName ?? [field, fileExtension].filter(Boolean).join('.'),
		mimeType,
	};
}

/**
 * Builds the multipart body of Dify's upload requests: the parts `file` and `user`.
 *
 * @returns a FormData. n8n's helper sends it, but its type only allows the class of the npm package.
 */
export function toFormData({ bytes, name, mimeType }: BinaryFile, user: string): never {
	const form = new FormData();
	form.append('file', new Blob([new Uint8Array(bytes)], { type: mimeType }), name);
	form.append('user', user);
	return form as never;
}

/**
 * Uploads a file for a user. Only that user can send it with a message.
 *
 * @returns the body of POST /files/upload (docs/dify-api.md#files)
 * @throws {NodeOperationError} if the file is larger than the app allows
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function uploadFile(
	client: DifyClient,
	file: BinaryFile,
	user: string,
): Promise<IDataObject> {
	await checkFileSize(client, file, user);
	const about = `Uploading '${file.name}' from the binary field '${file.field}'`;
	return await client.postJson('/files/upload', toFormData(file, user), about);
}

/** Rejects a file over the app's limit before it is sent, as Dify's own error does not name the limit. */
async function checkFileSize(
	client: DifyClient,
	{ bytes, name, mimeType, field }: BinaryFile,
	user: string,
): Promise<void> {
	// Dify's limits are whole MiB, so a smaller file never exceeds one.
	if (bytes.length <= MIB) return;
	const appParameters = await client.readAppParameters(user);
	if (appParameters === undefined) return;
	const limit = getFileSizeLimit(appParameters, mimeType, name);
	if (limit === undefined || bytes.length <= limit * MIB) return;
	const size = (bytes.length / MIB).toFixed(1);
	throwInvalidParameter(
		client,
		`'${name}' from the binary field '${field}' is too large: it has ${size} MB, and Dify allows ${limit} MB`,
		'Send a smaller file, or raise the limit in Dify (UPLOAD_IMAGE_FILE_SIZE_LIMIT and the related variables).',
	);
}

function binaryOf({ context, itemIndex }: ParameterReader): object {
	return context.getInputData()[itemIndex]?.binary ?? {};
}
