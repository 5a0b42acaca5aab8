import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { getFileSizeLimit } from '../../../protocol/appParameters';
import { isRecord } from '../../../protocol/text';
import type { DifyClient } from '../transport/DifyClient';
import { throwApiError, throwInvalidParameter } from '../transport/errors';
import type { ParameterReader } from './parameters';
import { quote, typeName } from './values';

const MIB = 1024 * 1024;

/** The field of an item's JSON that contains its files if the workflow's binary mode is `combined`. */
const FILES_IN_JSON = '_files';

/** A longer text is not the name of a binary field. */
const MAX_FIELD_NAME_LENGTH = 200;

const UNKNOWN_MIME_TYPE = 'application/octet-stream';

/** A file of the item: the name of its binary field, or the binary data that an expression returned. */
export type BinarySource = { field: string } | { data: IBinaryData };

/** A file that has been read. */
interface BinaryFile {
	/** Name of the binary field; `undefined` if an expression returned the file. */
	field?: string;
	bytes: Buffer;
	name: string;
	mimeType: string;
}

/**
 * Returns whether a value is binary data as n8n keeps it, such as the value of `{{ $binary.data }}`. A Code
 * node can leave out the MIME type.
 */
export function isBinaryData(value: unknown): value is IBinaryData {
	if (!isRecord(value)) return false;
	const { mimeType, fileName } = value;
	return typeof mimeType === 'string' || typeof fileName === 'string';
}

/** Returns whether a value is an object of binary data, as `{{ $binary }}` gives it. */
export function isBinaryMap(value: unknown): value is Record<string, IBinaryData> {
	if (!isRecord(value)) return false;
	const files = Object.values(value);
	return files.length > 0 && files.every(isBinaryData);
}

/** Returns whether the item has a binary field of this name. */
export function hasBinary(parameters: ParameterReader, field: string): boolean {
	return findField(parameters, field) !== undefined;
}

/** Returns all files of the item. */
export function listBinaries(parameters: ParameterReader): BinarySource[] {
	const fields = Object.entries(binaryOf(parameters)).filter(([, value]) => hasContent(value));
	const inJson = isCombined(parameters) ? Object.values(filesInJson(parameters)) : [];
	return [
		...fields.map(([field]) => ({ field })),
		...inJson.filter(hasContent).map((data) => ({ data })),
	];
}

/** Returns a sentence that names the item's binary fields. */
export function describeBinaryFields(parameters: ParameterReader): string {
	const inJson = isCombined(parameters) ? Object.keys(filesInJson(parameters)) : [];
	const names = [...Object.keys(binaryOf(parameters)), ...inJson].map(quote);
	return names.length > 0
		? `The item's binary fields are: ${names.join(', ')}.`
		: 'The item has no binary fields.';
}

/**
 * Returns the files that a value refers to: by the name of a binary field, by several names separated with
 * commas, by binary data, or by a list or an object of them. An empty value refers to no file.
 *
 * @param label the parameter, for messages
 * @throws {NodeOperationError} if the item has no such binary field, or the value is of another type
 */
export function findBinaries(
	parameters: ParameterReader,
	value: unknown,
	label: string,
): BinarySource[] {
	if (value === undefined || value === null || value === '') return [];
	if (Array.isArray(value)) {
		return value.flatMap((entry) => findBinaries(parameters, entry, label));
	}
	if (isBinaryData(value)) return [findByData(parameters, value, label)];
	if (typeof value === 'string' || typeof value === 'number') {
		return findByName(parameters, String(value).trim(), label);
	}
	// `{{ $binary }}` is an empty object for an item without files.
	if (typeof value === 'object' && Object.keys(value).length === 0) return [];
	if (isBinaryMap(value)) {
		return Object.entries(value).map(([field, data]) =>
			isSameFile(getBinary(parameters, field), data)
				? { field }
				: findByData(parameters, data, label),
		);
	}
	return parameters.throwInvalid(
		`${label} must be the name of a binary field or binary data, not ${typeName(value)}`,
		describeBinaryFields(parameters),
	);
}

/**
 * Reads the one file that a parameter refers to.
 *
 * @throws {NodeOperationError} if the parameter is empty, or refers to no file or to several
 */
export async function readFile(parameters: ParameterReader, name: string): Promise<BinaryFile> {
	const value = parameters.read(name);
	const label = parameters.label(name);
	const isBlank = typeof value === 'string' && value.trim() === '';
	const sources = isBlank ? [] : findBinaries(parameters, value, label);
	const [source] = sources;
	if (source === undefined) {
		return parameters.throwInvalid(
			`${label} is empty`,
			`Enter a value, or check the expression of the parameter. ${describeBinaryFields(parameters)}`,
		);
	}
	if (sources.length === 1) return await readBinary(parameters, source);
	return parameters.throwInvalid(
		`${label} refers to ${sources.length} files, and the operation takes one`,
		'Enter the name of one binary field. Split the files into items to send them one by one.',
	);
}

/** @throws {NodeOperationError} if n8n cannot read the file */
export async function readBinary(
	parameters: ParameterReader,
	source: BinarySource,
): Promise<BinaryFile> {
	const { context } = parameters;
	const bytes = await readBytes(parameters, source);
	const field = 'field' in source ? source.field : undefined;
	const data = 'data' in source ? source.data : getBinary(parameters, source.field);
	const { fileName, fileExtension, mimeType } = await completeMetadata(context, bytes, data);
	const defaultName = [field?.split('.').at(-1) ?? 'file', fileExtension].filter(Boolean).join('.');
	return { field, bytes, name: fileName === '' ? defaultName : fileName, mimeType };
}

/** Returns the file's name and its binary field, for messages. */
export function describeFile({ name, field }: BinaryFile): string {
	return field === undefined ? quote(name) : `${quote(name)} from the binary field ${quote(field)}`;
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
 * @returns the body of POST /files/upload (docs/dify-api.md#files). It has an `id`.
 * @throws {NodeOperationError} if the file is larger than the app allows
 * @throws {NodeApiError} for an error of Dify or of the connection, or if the response has no id
 */
export async function uploadFile(
	client: DifyClient,
	file: BinaryFile,
	user: string,
): Promise<IDataObject & { id: string }> {
	await checkFileSize(client, file, user);
	const about = `Uploading ${describeFile(file)}`;
	const body = await client.postJson('/files/upload', toFormData(file, user), about);
	const { id } = body;
	if (typeof id === 'string' && id !== '') return { ...body, id };
	const error = {
		kind: 'no_file_id',
		message: 'Dify returned no ID for the file',
		hint: 'Check that the base URL of the credential leads to Dify, and that no proxy changes its responses.',
	};
	return throwApiError(client, error, { about });
}

/** Rejects a file over the app's limit before it is sent, as Dify's own error does not name the limit. */
async function checkFileSize(client: DifyClient, file: BinaryFile, user: string): Promise<void> {
	const { bytes, name, mimeType } = file;
	// Dify's limits are whole MiB, so a smaller file never exceeds one.
	if (bytes.length <= MIB) return;
	const appParameters = await client.readAppParameters(user);
	if (appParameters === undefined) return;
	const limit = getFileSizeLimit(appParameters, mimeType, name);
	if (limit === undefined || bytes.length <= limit * MIB) return;
	const size = (bytes.length / MIB).toFixed(1);
	throwInvalidParameter(
		client,
		`${describeFile(file)} is too large: it has ${size} MB, and Dify allows ${limit} MB`,
		'Send a smaller file, or raise the limit in Dify (UPLOAD_IMAGE_FILE_SIZE_LIMIT and the related variables).',
	);
}

/**
 * Returns the file of binary data that an expression returned. In `$binary.data`, n8n leaves out the content
 * if it keeps the content in memory. Such a file is found among the item's files by its other properties.
 */
function findByData(parameters: ParameterReader, data: IBinaryData, label: string): BinarySource {
	if (hasContent(data)) return { data };
	const fields = Object.entries(binaryOf(parameters)).filter(([, file]) => isSameFile(file, data));
	const [match] = fields;
	if (match !== undefined && fields.length === 1) return { field: match[0] };
	return parameters.throwInvalid(
		`${label} is binary data without content`,
		`Enter the name of the binary field instead. ${describeBinaryFields(parameters)}`,
	);
}

/** Returns whether a file has all properties of binary data that n8n has left the content out of. */
function isSameFile(file: unknown, data: IBinaryData): boolean {
	if (!hasContent(file)) return false;
	const properties = file as unknown as Record<string, unknown>;
	return Object.entries(data).every(([key, value]) => properties[key] === value);
}

function findByName(parameters: ParameterReader, text: string, label: string): BinarySource[] {
	const field = findField(parameters, text);
	if (field !== undefined) return [{ field }];
	const names = text
		.split(',')
		.map((name) => name.trim())
		.filter((name) => name !== '');
	return names.map((name) => {
		const found = findField(parameters, name);
		if (found !== undefined) return { field: found };
		return parameters.throwInvalid(
			`The item has no binary field ${quote(name)}`,
			`Check ${label}. ${describeBinaryFields(parameters)}`,
		);
	});
}

/**
 * Returns the name or path under which n8n's helpers find a file of the item, or `undefined` if there is
 * none. In a workflow with the binary mode `combined`, files are in the item's JSON, at any path.
 */
function findField(parameters: ParameterReader, name: string): string | undefined {
	if (name === '' || name.length > MAX_FIELD_NAME_LENGTH) return undefined;
	const candidates = isCombined(parameters) ? [name, `${FILES_IN_JSON}.${name}`] : [name];
	return candidates.find((candidate) => getBinary(parameters, candidate) !== undefined);
}

/** Returns the file that n8n's helpers find under a name or path. */
function getBinary(parameters: ParameterReader, field: string): IBinaryData | undefined {
	const { context, itemIndex } = parameters;
	// Every object has properties such as `constructor`, which are not files. The helper throws for a missing
	// file, which is slow for a text with many entries.
	const mayExist = isCombined(parameters)
		? hasContent(valueAt(getItem(parameters)?.json, field))
		: Object.hasOwn(binaryOf(parameters), field);
	if (!mayExist) return undefined;
	try {
		const data: unknown = context.helpers.assertBinaryData(itemIndex, field);
		return hasContent(data) ? data : undefined;
	} catch {
		return undefined;
	}
}

async function readBytes(parameters: ParameterReader, source: BinarySource): Promise<Buffer> {
	const { context, itemIndex } = parameters;
	// n8n's helper does not recognize an object without a MIME type as binary data.
	const file =
		'field' in source ? source.field : { ...source.data, mimeType: mimeTypeOf(source.data) };
	try {
		return await context.helpers.getBinaryDataBuffer(itemIndex, file);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		const name = 'field' in source ? source.field : textOf(source.data.fileName);
		return parameters.throwInvalid(
			`n8n cannot read the file${name === '' ? '' : ` ${quote(name)}`}`,
			`Check that the node before this one returns the file. n8n reports: ${quote(reason)}.`,
		);
	}
}

/**
 * Returns the file's name, extension and MIME type. n8n's helper detects what is missing,
 * by the name or the bytes.
 */
async function completeMetadata(
	context: IExecuteFunctions,
	bytes: Buffer,
	data: Partial<IBinaryData> = {},
): Promise<{ fileName: string; fileExtension: string | undefined; mimeType: string }> {
	const fileName = textOf(data.fileName).trim();
	const mimeType = mimeTypeOf(data);
	const fileExtension = textOf(data.fileExtension);
	if (mimeType !== '' && (fileName !== '' || fileExtension !== '')) {
		return { fileName, fileExtension, mimeType };
	}
	const fullName = fileName !== '' || fileExtension === '' ? fileName : `file.${fileExtension}`;
	try {
		const detected = await context.helpers.prepareBinaryData(
			bytes,
			fullName === '' ? undefined : fullName,
			mimeType === '' ? undefined : mimeType,
		);
		return { fileName, fileExtension: detected.fileExtension, mimeType: detected.mimeType };
	} catch {
		// Dify can still decide by the name of the file.
		return { fileName, fileExtension, mimeType: mimeType === '' ? UNKNOWN_MIME_TYPE : mimeType };
	}
}

function mimeTypeOf({ mimeType }: Partial<IBinaryData>): string {
	return textOf(mimeType).trim();
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

function hasContent(value: unknown): value is IBinaryData {
	if (!isRecord(value)) return false;
	const { data, id } = value;
	return typeof data === 'string' || typeof id === 'string';
}

/** Returns the value at a path such as `_files.data`, or `undefined` if there is none. */
function valueAt(json: unknown, path: string): unknown {
	const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
	return keys.reduce<unknown>((value, key) => {
		const isOwn = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
		return isOwn ? (value as Record<string, unknown>)[key] : undefined;
	}, json);
}

function getItem({ context, itemIndex }: ParameterReader): INodeExecutionData | undefined {
	return context.getInputData()[itemIndex];
}

function binaryOf(parameters: ParameterReader): object {
	return getItem(parameters)?.binary ?? {};
}

function filesInJson(parameters: ParameterReader): object {
	const files: unknown = getItem(parameters)?.json[FILES_IN_JSON];
	return isRecord(files) ? files : {};
}

/** Returns whether the workflow keeps files in the JSON of items. n8n before 2 has no such setting. */
function isCombined({ context }: ParameterReader): boolean {
	if (!('getWorkflowSettings' in context)) return false;
	return context.getWorkflowSettings().binaryMode === 'combined';
}
