import type { IExecuteFunctions } from 'n8n-workflow';
import type { FileReference, FileType } from '../../../../../protocol/request';
import type { Variable } from '../../../../../protocol/appParameters';
import { detectFileType } from '../../../../../protocol/request';
import type { Connection } from '../../../transport/connection';
import { parseJson } from '../../../transport/connection';
import { refuse } from '../../../transport/errors';
import type { AppParameters } from '../../appParameters';
import { binaryNames, hasBinary } from '../../binary';
import { uploadFile } from '../../file/uploadFile';
import { UUID } from '../../read';
import type { FileParameter } from './parameters';

/** Turns what a person gives for a file into what Dify takes, uploading bytes first. */
export class FileSender {
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly connection: Connection,
		private readonly app: AppParameters,
		private readonly itemIndex: number,
		/** Dify shows an upload only to the user who made it. */
		private readonly user: string,
	) {}

	/** One row of 'Files'. */
	async fromParameter(file: FileParameter, row: number): Promise<FileReference> {
		const forced = file.type === 'auto' ? undefined : file.type;
		switch (file.source) {
			case 'binary':
				return await this.upload(
					this.filled(file.binaryPropertyName, 'Input Binary Field', row),
					forced,
				);
			case 'url':
				return this.fromUrl(this.filled(file.url, 'URL', row), forced);
			case 'uploadId': {
				const uploadFileId = this.filled(file.uploadFileId, 'Upload File ID', row);
				if (forced === undefined) {
					return this.refuse(
						`'Type' of file ${row + 1} cannot be told from an upload id`,
						"Choose the file's type instead of 'Automatic': Dify wants it, and does not give it out.",
					);
				}
				return { type: forced, transfer_method: 'local_file', upload_file_id: uploadFileId };
			}
			default:
				return file.source satisfies never;
		}
	}

	/** The value of a file variable: a binary field's name, a URL, an upload id, or Dify's own object. */
	async fromInput(value: unknown, variable: Variable): Promise<unknown> {
		if (typeof value !== 'string') return value;
		const text = value.trim();
		// The form gives an object or array as its JSON.
		const object = /^[[{]/.test(text) ? parseJson(text) : undefined;
		if (object !== undefined) return object;
		if (this.hasBinary(text)) return await this.upload(text, undefined);
		if (/^https?:\/\//i.test(text)) return this.fromUrl(text, undefined);
		if (UUID.test(text)) return this.fromUploadId(text, variable);
		return this.refuse(
			`'Inputs': '${variable.variable}' is neither a binary field of the item, nor a URL, nor an upload id`,
			`The item's binary fields are: ${binaryNames(this.context, this.itemIndex)}.`,
		);
	}

	/** The value of a file-list variable: one of the above, several separated by commas, or an array of them. */
	async fromInputList(value: unknown, variable: Variable): Promise<unknown> {
		const list = Array.isArray(value) ? value : splitList(value);
		const files: unknown[] = [];
		for (const entry of list) files.push(await this.fromInput(entry, variable));
		return files.flat();
	}

	private async upload(field: string, type: FileType | undefined): Promise<FileReference> {
		const { context, connection, app, itemIndex, user } = this;
		const { file, body } = await uploadFile(context, connection, app, itemIndex, field, user);
		return {
			type: type ?? detectFileType(file.mimeType, file.name),
			transfer_method: 'local_file',
			upload_file_id: String(body.id),
		};
	}

	/** An upload id says nothing of its file: its type is certain only where the variable takes one alone. */
	private fromUploadId(id: string, { variable, allowed_file_types }: Variable): FileReference {
		const [only, ...others] = allowed_file_types ?? [];
		if (only !== undefined && others.length === 0) {
			return { type: only, transfer_method: 'local_file', upload_file_id: id };
		}
		return this.refuse(
			`'Inputs': the type of the file for '${variable}' cannot be told from an upload id`,
			`Give Dify's own object: {"type": "document", "transfer_method": "local_file", "upload_file_id": "${id}"}, with the file's own type.`,
		);
	}

	private fromUrl(url: string, type: FileType | undefined): FileReference {
		if (!URL.canParse(url)) {
			return this.refuse(`'${url}' is not a URL`, "Give the file's whole address, with https://.");
		}
		return {
			type: type ?? detectFileType('', new URL(url).pathname),
			transfer_method: 'remote_url',
			url,
		};
	}

	private filled(value: string | undefined, parameter: string, row: number): string {
		const text = (value ?? '').trim();
		if (text !== '') return text;
		return this.refuse(
			`'${parameter}' of file ${row + 1} is empty`,
			'Fill it, or remove the file.',
		);
	}

	/** Whether the item has a binary field of this name. */
	hasBinary(field: string): boolean {
		return hasBinary(this.context, this.itemIndex, field);
	}

	private refuse(message: string, description: string): never {
		return refuse(this.context, message, description, this.itemIndex);
	}
}

function splitList(value: unknown): unknown[] {
	if (typeof value !== 'string' || /^\s*[[{]/.test(value)) return [value];
	return value
		.split(',')
		.map((entry) => entry.trim())
		.filter((entry) => entry !== '');
}
