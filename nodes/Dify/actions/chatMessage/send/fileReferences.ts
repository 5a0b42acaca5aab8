import type { Variable } from '../../../../../protocol/appParameters';
import type { FileReference, FileType } from '../../../../../protocol/request';
import { detectFileType } from '../../../../../protocol/request';
import { describeBinaryFields, hasBinary, readBinary, uploadFile } from '../../../helpers/binary';
import type { ParameterReader } from '../../../helpers/parameters';
import { isUuid } from '../../../helpers/parameters';
import type { DifyClient } from '../../../transport/DifyClient';
import { parseJson } from '../../../transport/httpResponse';

/** One row of 'Files'. */
export interface FileParameter {
	source: 'binary' | 'url' | 'uploadId';
	type: 'auto' | 'image' | 'document' | 'audio' | 'video' | 'custom';
	binaryPropertyName?: string;
	url?: string;
	uploadFileId?: string;
}

/** Returns whether a text has the form of a file: the name of a binary field, a URL or an upload id. */
export function isFileText(parameters: ParameterReader, text: string): boolean {
	return /^https?:\/\/\S+$/i.test(text) || isUuid(text) || hasBinary(parameters, text);
}

/** Splits a comma-separated text. */
export function splitList(text: string): string[] {
	return text
		.split(',')
		.map((entry) => entry.trim())
		.filter((entry) => entry !== '');
}

/** Creates the file references of a request (docs/dify-api.md#files). Uploads the files of binary fields. */
export class FileReferences {
	constructor(
		private readonly client: DifyClient,
		private readonly parameters: ParameterReader,
		/** The user who sends the message. Dify accepts an upload only from the user who made it. */
		private readonly user: string,
	) {}

	/**
	 * Creates the reference for a row of 'Files'.
	 *
	 * @param row counts from 0
	 * @throws {NodeOperationError} if the row is incomplete or invalid
	 * @throws {NodeApiError} if the upload fails
	 */
	async fromParameter(file: FileParameter, row: number): Promise<FileReference> {
		const type = file.type === 'auto' ? undefined : file.type;
		switch (file.source) {
			case 'binary': {
				const field = this.readCell(file.binaryPropertyName, 'Source Binary Field', row);
				return await this.fromBinary(field, type);
			}
			case 'url':
				return this.fromUrl(this.readCell(file.url, 'Source URL', row), type);
			case 'uploadId': {
				const uploadFileId = this.readCell(file.uploadFileId, 'Source Upload ID', row);
				if (type !== undefined) return fromUploadId(uploadFileId, type);
				return this.parameters.throwInvalid(
					`'Type' of file ${row + 1} cannot be detected from an upload ID`,
					"Choose the type of the file instead of 'Automatic'. Dify requires the type, and does not report it for an upload.",
				);
			}
			default:
				return file.source satisfies never;
		}
	}

	/**
	 * Creates the value of a file variable from the name of a binary field, a URL, an upload id or a JSON
	 * object. Returns any other value unchanged.
	 *
	 * @throws {NodeOperationError} if the text is none of them
	 * @throws {NodeApiError} if the upload fails
	 */
	async fromInput(value: unknown, variable: Variable): Promise<unknown> {
		if (typeof value !== 'string') return value;
		const text = value.trim();
		// The form passes an object or an array as JSON.
		const json = isJsonText(text) ? parseJson(text) : undefined;
		if (json !== undefined) return json;
		if (hasBinary(this.parameters, text)) return await this.fromBinary(text, undefined);
		if (/^https?:\/\//i.test(text)) return this.fromUrl(text, undefined);
		if (isUuid(text)) return this.fromInputUploadId(text, variable);
		return this.parameters.throwInvalid(
			`'Inputs': '${variable.variable}' is not a binary field of the item, a URL or an upload ID`,
			describeBinaryFields(this.parameters),
		);
	}

	/** Creates the value of a file-list variable from one value, a comma-separated text or an array. */
	async fromInputList(value: unknown, variable: Variable): Promise<unknown> {
		const list = typeof value === 'string' && !isJsonText(value) ? splitList(value) : value;
		const files: unknown[] = [];
		for (const entry of Array.isArray(list) ? list : [list]) {
			files.push(await this.fromInput(entry, variable));
		}
		return files.flat();
	}

	private async fromBinary(field: string, type: FileType | undefined): Promise<FileReference> {
		const file = await readBinary(this.parameters, field);
		const { id } = await uploadFile(this.client, file, this.user);
		return fromUploadId(String(id), type ?? detectFileType(file.mimeType, file.name));
	}

	/** An upload id does not contain the type of its file, so the variable must allow exactly one type. */
	private fromInputUploadId(
		id: string,
		{ variable, allowed_file_types: allowedTypes = [] }: Variable,
	): FileReference {
		const [type] = allowedTypes;
		if (type !== undefined && allowedTypes.length === 1) return fromUploadId(id, type);
		return this.parameters.throwInvalid(
			`'Inputs': the file type of '${variable}' cannot be detected from an upload ID`,
			`Use Dify's file object with the type of the file: {"type": "document", "transfer_method": "local_file", "upload_file_id": "${id}"}.`,
		);
	}

	private fromUrl(url: string, type: FileType | undefined): FileReference {
		if (!URL.canParse(url)) {
			return this.parameters.throwInvalid(
				`'${url}' is not a URL`,
				'Enter the complete address of the file, including https://.',
			);
		}
		return {
			type: type ?? detectFileType('', new URL(url).pathname),
			transfer_method: 'remote_url',
			url,
		};
	}

	private readCell(value: string | undefined, displayName: string, row: number): string {
		const text = (value ?? '').trim();
		if (text !== '') return text;
		return this.parameters.throwInvalid(
			`'${displayName}' of file ${row + 1} is empty`,
			'Enter a value, or remove the file.',
		);
	}
}

function fromUploadId(id: string, type: FileType): FileReference {
	return { type, transfer_method: 'local_file', upload_file_id: id };
}

/** Returns whether a text begins like a JSON object or array. */
function isJsonText(text: string): boolean {
	return /^\s*[[{]/.test(text);
}
