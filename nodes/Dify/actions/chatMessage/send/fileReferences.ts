import type { Variable } from '../../../../../protocol/appParameters';
import type { FileReference, FileType } from '../../../../../protocol/request';
import { detectFileType } from '../../../../../protocol/request';
import { isRecord, parseJson, startsLikeJson } from '../../../../../protocol/text';
import type { BinarySource } from '../../../helpers/binary';
import {
	describeBinaryFields,
	findBinaries,
	hasBinary,
	isBinaryMap,
	isBinaryData,
	listBinaries,
	readBinary,
	uploadFile,
} from '../../../helpers/binary';
import type { ParameterReader } from '../../../helpers/parameters';
import { isUuid } from '../../../helpers/parameters';
import { isMissing, parseIdentifier, parseText, quote } from '../../../helpers/values';
import type { DifyClient } from '../../../transport/DifyClient';

/** The fields that contain the file of a row, by its source. All binary fields need none. */
const VALUE_FIELDS = {
	allBinary: undefined,
	binary: 'binaryPropertyName',
	uploadId: 'uploadFileId',
	url: 'url',
} as const;

/** One row of 'Files'. */
export interface FileParameter {
	source: keyof typeof VALUE_FIELDS;
	type: FileType | 'auto';
	/** The file, or several files. An expression can give any value. */
	value: unknown;
	/** The name of the field that contains the value, for messages. */
	label: string;
	/** The name of the row's field 'Type', for messages. */
	typeLabel: string;
}

/**
 * Reads the rows of 'Files'. An expression without a value means that the item has no file.
 *
 * @throws {NodeOperationError} if a row is incomplete, or 'Source' or 'Type' is invalid
 */
export function readFileParameters(parameters: ParameterReader): FileParameter[] {
	const raw = parameters.readRaw('files');
	return parameters.readRows('files').map((row, index): FileParameter => {
		const source = row.readOption('source') as FileParameter['source'];
		const name = VALUE_FIELDS[source];
		const value = name === undefined ? undefined : row.read(name);
		const label = row.label(name ?? 'source');
		const isBlank = typeof value === 'string' && value.trim() === '';
		if (isBlank && (value !== '' || !isExpression(raw, index, name))) {
			parameters.throwInvalid(`${label} is empty`, 'Enter a value, or remove the file.');
		}
		const type = row.readOption('type') as FileParameter['type'];
		return { source, type, value, label, typeLabel: row.label('type') };
	});
}

/** Returns whether a text has the form of a file: the name of a binary field, a URL or an upload id. */
export function isFileText(parameters: ParameterReader, text: string): boolean {
	return /^https?:\/\/\S+$/i.test(text) || isUuid(text) || hasBinary(parameters, text);
}

/** Splits a list of files that is separated with commas. A URL can contain commas. */
export function splitFileList(parameters: ParameterReader, text: string): string[] {
	const entries: string[][] = [];
	let isInUrl = false;
	for (const part of text.split(',')) {
		const trimmed = part.trim();
		if (isInUrl && !isFileText(parameters, trimmed)) {
			entries.at(-1)?.push(part);
		} else {
			entries.push([part]);
			isInUrl = isUrl(trimmed);
		}
	}
	return entries.map((parts) => parts.join(',').trim()).filter((entry) => entry !== '');
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
	 * Creates the references for a row of 'Files'.
	 *
	 * @throws {NodeOperationError} if the row is invalid
	 * @throws {NodeApiError} if an upload fails
	 */
	async fromParameter(file: FileParameter): Promise<FileReference[]> {
		const { parameters } = this;
		const { source, value, label, typeLabel } = file;
		const type = file.type === 'auto' ? undefined : file.type;
		switch (source) {
			case 'allBinary':
				return await this.fromBinaries(listBinaries(parameters), type);
			case 'binary':
				return await this.fromBinaries(findBinaries(parameters, value, label), type);
			case 'url':
				return this.readTexts(value, label).map((url) => this.fromUrl(url, label, type));
			case 'uploadId':
				return this.readTexts(value, label).map((id) => {
					if (!isUuid(id)) {
						const advice = "Use the ID that the operation 'Upload' returned.";
						return parameters.throwInvalid(`${label} is not a valid ID (UUID)`, advice);
					}
					if (type !== undefined) return fromUploadId(id, type);
					return parameters.throwInvalid(
						`${typeLabel} cannot be detected from an upload ID`,
						"Choose the type of the file instead of 'Automatic'. Dify requires the type, and does not report it for an upload.",
					);
				});
			default:
				return source satisfies never;
		}
	}

	/**
	 * Creates the value of a file variable from binary data, the name of a binary field, a URL, an upload id
	 * or a JSON object. Returns any other value unchanged.
	 *
	 * @throws {NodeOperationError} if the text is none of them
	 * @throws {NodeApiError} if the upload fails
	 */
	async fromInput(value: unknown, variable: Variable): Promise<unknown> {
		const label = inputLabel(variable);
		if (isBinaryData(value)) return await this.fromFile(value, label);
		if (typeof value !== 'string') return value;
		const text = value.trim();
		// The form passes an object or an array as JSON.
		const json = startsLikeJson(text) ? parseJson(text) : undefined;
		if (json !== undefined) return json;
		if (hasBinary(this.parameters, text)) return await this.fromFile(text, label);
		if (isUrl(text)) return this.fromUrl(text, label, undefined);
		if (isUuid(text)) return this.fromInputUploadId(text, variable);
		return this.parameters.throwInvalid(
			`${label} is not a binary field of the item, a URL or an upload ID`,
			describeBinaryFields(this.parameters),
		);
	}

	/** @param file the name of a binary field, or binary data */
	private async fromFile(file: unknown, label: string): Promise<FileReference | undefined> {
		const [reference] = await this.fromBinaries(
			findBinaries(this.parameters, file, label),
			undefined,
		);
		return reference;
	}

	/**
	 * Creates the value of a file-list variable from one value, a comma-separated text,
	 * an array or `{{ $binary }}`.
	 */
	async fromInputList(value: unknown, variable: Variable): Promise<unknown> {
		if (isBinaryMap(value)) {
			const files = findBinaries(this.parameters, value, inputLabel(variable));
			return await this.fromBinaries(files, undefined);
		}
		const references: unknown[] = [];
		for (const entry of this.toList(value)) {
			references.push(await this.fromInput(entry, variable));
		}
		return references.flat();
	}

	private toList(value: unknown): unknown[] {
		if (Array.isArray(value)) return value;
		if (typeof value !== 'string' || startsLikeJson(value)) return [value];
		return hasBinary(this.parameters, value.trim())
			? [value]
			: splitFileList(this.parameters, value);
	}

	private async fromBinaries(
		sources: BinarySource[],
		type: FileType | undefined,
	): Promise<FileReference[]> {
		const references = [];
		for (const source of sources) references.push(await this.fromBinary(source, type));
		return references;
	}

	private async fromBinary(
		source: BinarySource,
		type: FileType | undefined,
	): Promise<FileReference> {
		const file = await readBinary(this.parameters, source);
		const { id } = await uploadFile(this.client, file, this.user);
		return fromUploadId(id, type ?? detectFileType(file.mimeType, file.name));
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

	private fromUrl(url: string, label: string, type: FileType | undefined): FileReference {
		if (!isUrl(url) || !URL.canParse(url)) {
			return this.parameters.throwInvalid(
				`${quote(url)} is not a URL`,
				`Check ${label}. Enter the complete address of the file, including https://.`,
			);
		}
		return {
			type: type ?? detectFileType('', new URL(url).pathname),
			transfer_method: 'remote_url',
			url,
		};
	}

	/**
	 * Returns the texts of a list: an array, its JSON, or one text.
	 * A text that separates URLs with commas is a list of them.
	 */
	private readTexts(value: unknown, label: string): string[] {
		const json = typeof value === 'string' && startsLikeJson(value) ? parseJson(value) : undefined;
		const list = Array.isArray(json) ? json : value;
		const entries = (Array.isArray(list) ? list : [list]).filter((entry) => !isMissing(entry));
		return entries.flatMap((entry: unknown) => {
			const parsed = typeof entry === 'boolean' ? parseIdentifier(entry) : parseText(entry);
			if (parsed.ok) return splitFileList(this.parameters, parsed.value);
			const advice = 'Enter a text or a list of texts, or check the expression.';
			return this.parameters.throwInvalid(`${label} ${parsed.problem}`, advice);
		});
	}
}

/** Returns the name of a variable for a message. */
function inputLabel({ variable }: Variable): string {
	return `'Inputs': ${quote(variable)}`;
}

function fromUploadId(id: string, type: FileType): FileReference {
	return { type, transfer_method: 'local_file', upload_file_id: id };
}

function isUrl(text: string): boolean {
	return /^https?:\/\//i.test(text);
}

/** Returns whether the field of a row, or one of the values that contain it, is an expression. */
function isExpression(raw: unknown, row: number, name: string | undefined): boolean {
	if (typeof raw === 'string') return true;
	const rows = isRecord(raw) ? raw.file : undefined;
	const values: unknown = Array.isArray(rows) ? rows[row] : rows;
	if (!isRecord(values) || name === undefined) return true;
	const value = values[name];
	return typeof value === 'string' && value.startsWith('=');
}
