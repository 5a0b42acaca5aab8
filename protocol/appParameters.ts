import type { FileType } from './request';
import { detectFileType } from './request';
import { isRecord, toId, toText } from './text';

/** The types of an app's variables (docs/dify-api.md#parameters). */
type VariableType =
	| 'text-input'
	| 'paragraph'
	| 'select'
	| 'number'
	| 'checkbox'
	| 'file'
	| 'file-list'
	| 'json_object'
	| 'external_data_tool'
	| (string & {});

/** A variable that the owner of an app has defined. */
export interface Variable {
	type: VariableType;
	/** The key under `inputs`. */
	variable: string;
	label: string;
	required: boolean;
	default?: unknown;
	options?: string[];
	/** The maximum number of characters of a text, or of files in a list. */
	max_length?: number;
	/** Only for file variables. */
	allowed_file_types?: FileType[];
	/** Whether the owner of the app has hidden the variable from the app's own form. */
	hide?: boolean;
}

/** Returns the variables in a GET /parameters body. Entries without a name are left out. */
export function parseAppVariables(parameters: unknown): Variable[] {
	const form = isRecord(parameters) ? parameters.user_input_form : undefined;
	if (!Array.isArray(form)) return [];
	return form.filter(isRecord).flatMap((entry) => {
		// Each entry looks like `{"text-input": {…}}`. In chatbots only the key has the type.
		const [type, fields] = Object.entries(entry)[0] ?? [];
		if (type === undefined || !isRecord(fields)) return [];
		const { variable, label, required, options, max_length, allowed_file_types } = fields;
		if (typeof variable !== 'string') return [];
		return [
			{
				...fields,
				type,
				variable,
				label: toId(label) ?? variable,
				required: required === true,
				options: Array.isArray(options) ? options.map(toText) : undefined,
				max_length: typeof max_length === 'number' && max_length > 0 ? max_length : undefined,
				allowed_file_types: Array.isArray(allowed_file_types) ? allowed_file_types : undefined,
			},
		];
	});
}

/**
 * Whether the app accepts files with a message. If not, Dify drops the files silently
 * (docs/dify-api.md#files). `undefined` when the body does not say it.
 */
export function acceptsFiles(parameters: unknown): boolean | undefined {
	const upload = isRecord(parameters) ? parameters.file_upload : undefined;
	if (!isRecord(upload)) return undefined;
	// Dify before 0.10 supports images only.
	const { enabled, image } = upload;
	return enabled === true || (isRecord(image) && image.enabled === true);
}

/** The key in `system_parameters` that holds the size limit of each file type. */
const SIZE_LIMIT_KEYS: Readonly<Record<FileType, string>> = {
	image: 'image_file_size_limit',
	audio: 'audio_file_size_limit',
	video: 'video_file_size_limit',
	document: 'file_size_limit',
	custom: 'file_size_limit',
};

/**
 * Returns the size limit in MiB above which Dify certainly rejects a file, or `undefined` when the
 * body does not list a limit. Dify decides by the extension of the file name. When the extension and
 * the MIME type disagree, the larger limit is returned.
 */
export function getFileSizeLimit(
	parameters: unknown,
	mimeType: string,
	name: string,
): number | undefined {
	const limitsByType = isRecord(parameters) ? parameters.system_parameters : undefined;
	const system_parameters = isRecord(limitsByType) ? limitsByType : undefined;
	const typeByName = /\.[^./\\]+$/.test(name) ? detectFileType('', name) : 'document';
	const limits = [detectFileType(mimeType, name), typeByName].map(
		(type) => system_parameters?.[SIZE_LIMIT_KEYS[type]],
	);
	const known = limits.filter((limit) => typeof limit === 'number');
	return known.length === limits.length ? Math.max(...known) : undefined;
}

/** A value that Dify certainly rejects. `message` uses Dify's own words. */
interface InvalidInput {
	variable: string;
	message: string;
}

/**
 * Returns the first input that Dify certainly rejects, by the rules of Dify's own form validation
 * (docs/dify-api.md#request-checks). Like Dify, it accepts an empty text in a required variable and
 * ignores unknown keys.
 */
export function findInvalidInput(
	variables: readonly Variable[],
	inputs: Readonly<Record<string, unknown>>,
): InvalidInput | undefined {
	for (const variable of variables) {
		const message = validateInput(variable, inputs[variable.variable]);
		if (message !== undefined) return { variable: variable.variable, message };
	}
	return undefined;
}

/**
 * Returns the first optional select without a value that a chatflow certainly rejects. A chatflow
 * validates the default value of a variable without a value, and the default of a select can be empty. A
 * Chatbot accepts it (docs/dify-api.md#chat-request).
 */
export function findUnsetSelect(
	variables: readonly Variable[],
	inputs: Readonly<Record<string, unknown>>,
): InvalidInput | undefined {
	const unset = variables.find(
		({ type, variable, required, default: value }) =>
			type === 'select' && !required && value === '' && (inputs[variable] ?? '') === '',
	);
	const message = unset && validateInput(unset, '');
	return message === undefined ? undefined : { variable: unset?.variable ?? '', message };
}

/** Returns Dify's message for an invalid value, `undefined` for a valid one. */
function validateInput(
	{ type, variable, required, options, max_length }: Variable,
	value: unknown,
): string | undefined {
	if (value === undefined || value === null) {
		return required ? `${variable} is required in input form` : undefined;
	}
	// Since Dify 1.11, an empty text for an optional file means no file (langgenius/dify#28948).
	if ((type === 'file' || type === 'file-list') && !required && value === '') {
		return undefined;
	}
	switch (type) {
		case 'text-input':
		case 'paragraph':
		case 'select':
			if (typeof value !== 'string')
				return `(type '${type}') ${variable} in input form must be a string`;
			if (type === 'select' && options !== undefined && !options.includes(value)) {
				return `${variable} in input form must be one of the following: ${options.join(', ')}`;
			}
			if (type !== 'select' && max_length !== undefined && [...value].length > max_length) {
				return `${variable} in input form must be less than ${max_length} characters`;
			}
			return undefined;
		case 'number':
			// Python reads more texts as numbers than JavaScript. A text without any digit is never one.
			return typeof value === 'string' && value.trim() !== '' && !/\p{N}/u.test(value)
				? `${variable} in input form must be a valid number`
				: undefined;
		case 'file':
			return typeof value === 'object' && !Array.isArray(value)
				? undefined
				: `${variable} in input form must be a file`;
		case 'file-list':
			if (!Array.isArray(value)) return `${variable} in input form must be a list of files`;
			return max_length !== undefined && value.length > max_length
				? `${variable} in input form must be less than ${max_length} files`
				: undefined;
		default:
			return undefined;
	}
}
