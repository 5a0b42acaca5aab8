import type { FileType } from './request';
import { detectFileType } from './request';

/** The kinds of an app's variables (contract, 6.1). */
export type VariableType =
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

/** One variable of an app, as its owner defined it. */
export interface Variable {
	type: VariableType;
	/** The key under `inputs`. */
	variable: string;
	label: string;
	required: boolean;
	default?: unknown;
	options?: string[];
	/** Characters of a text, or files of a list. */
	max_length?: number;
	/** Of a file variable. */
	allowed_file_types?: FileType[];
	/** A variable that the app's owner hid from its form. */
	hide?: boolean;
}

/** Reads the variables out of a GET /parameters body; an entry without a name is left out. */
export function parseAppVariables(parameters: unknown): Variable[] {
	const form = (parameters as { user_input_form?: unknown } | null)?.user_input_form;
	if (!Array.isArray(form)) return [];
	return form.flatMap((entry: unknown) => {
		if (typeof entry !== 'object' || entry === null) return [];
		// `{"text-input": {…}}`: the key repeats the type, and in chatbots is the only place of it.
		const [type, fields] = Object.entries(entry)[0] ?? [];
		if (type === undefined || typeof fields?.variable !== 'string') return [];
		const { label, required, options, max_length, allowed_file_types } = fields as Record<
			string,
			unknown
		>;
		return [
			{
				...fields,
				type,
				variable: fields.variable,
				label: typeof label === 'string' && label !== '' ? label : fields.variable,
				required: required === true,
				options: Array.isArray(options) ? options.map(String) : undefined,
				max_length: typeof max_length === 'number' && max_length > 0 ? max_length : undefined,
				allowed_file_types: Array.isArray(allowed_file_types) ? allowed_file_types : undefined,
			},
		];
	});
}

/** Whether the app takes files with a message. One that does not leaves them out without a word (contract, 3.3). */
export function acceptsFiles(parameters: unknown): boolean {
	const { file_upload } = parameters as {
		file_upload?: { enabled?: unknown; image?: { enabled?: unknown } };
	};
	// Before Dify 0.10 images were all there was.
	return file_upload?.enabled === true || file_upload?.image?.enabled === true;
}

const SIZE_LIMITS: Readonly<Record<FileType, string>> = {
	image: 'image_file_size_limit',
	audio: 'audio_file_size_limit',
	video: 'video_file_size_limit',
	document: 'file_size_limit',
	custom: 'file_size_limit',
};

/**
 * The size in MiB over which Dify refuses a file for certain; `undefined` where it does not say. Dify
 * goes by the name's ending, so where that and the MIME type differ the larger limit counts.
 */
export function getFileSizeLimit(
	parameters: unknown,
	mimeType: string,
	name: string,
): number | undefined {
	const { system_parameters } = parameters as { system_parameters?: Record<string, unknown> };
	const byName = /\.[^./\\]+$/.test(name) ? detectFileType('', name) : 'document';
	const limits = [detectFileType(mimeType, name), byName].map(
		(type) => system_parameters?.[SIZE_LIMITS[type]],
	);
	const known = limits.filter((limit) => typeof limit === 'number');
	return known.length === limits.length ? Math.max(...known) : undefined;
}

/** A variable whose value Dify refuses for certain; `message` is worded as Dify's own. */
export interface InvalidInput {
	variable: string;
	message: string;
}

/**
 * Finds an input that Dify refuses for certain, by the rules of its own form check (contract, 3.2;
 * recordings e45 to e51, c38 to c46). A required text may be empty; unknown keys are none of its business.
 */
export function findInvalidInput(
	variables: readonly Variable[],
	inputs: Readonly<Record<string, unknown>>,
): InvalidInput | undefined {
	for (const variable of variables) {
		const message = describeRefusal(variable, inputs[variable.variable]);
		if (message !== undefined) return { variable: variable.variable, message };
	}
	return undefined;
}

function describeRefusal(
	{ type, variable, required, options, max_length }: Variable,
	value: unknown,
): string | undefined {
	if (value === undefined || value === null) {
		return required ? `${variable} is required in input form` : undefined;
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
			return typeof value === 'string' && value !== '' && Number.isNaN(Number(value))
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
