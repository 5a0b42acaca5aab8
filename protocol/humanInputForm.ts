import type { FileType } from './request';
import { isRecord, toText } from './text';

/** One field of the form that a paused chatflow waits for. */
export interface FormField {
	/** The key under `inputs`. */
	name: string;
	/** `paragraph`, `select`, `file` or `file-list`. Later versions of Dify may have more types. */
	type: string;
	/** The default value. Absent when the field has none. */
	value?: unknown;
	/** The options of a `select` with constant options. */
	options?: string[];
	/** Only for file fields. */
	allowed_file_types?: FileType[];
}

/** A button of the form. It decides how the chatflow continues. */
interface FormAction {
	id: string;
	title: string;
}

/** Returns the fields of a GET /form/human_input/{form_token} body (docs/dify-api.md#human-input). */
export function parseFormFields(form: unknown): FormField[] {
	const { inputs, resolved_default_values } = toRecord(form);
	// When the default is a variable of the run, Dify puts its value in resolved_default_values.
	const resolvedDefaults = new Map(Object.entries(toRecord(resolved_default_values)));
	return toRecords(inputs).flatMap((input) => {
		const { output_variable_name: name, type, allowed_file_types } = input;
		if (typeof name !== 'string') return [];
		const value = resolvedDefaults.get(name) ?? toRecord(input.default).value;
		const options = toRecord(input.option_source).value;
		return [
			{
				name,
				type: typeof type === 'string' ? type : 'paragraph',
				...(value !== undefined && value !== null && { value }),
				...(type === 'select' && Array.isArray(options) && { options: options.map(toText) }),
				...(Array.isArray(allowed_file_types) && {
					allowed_file_types: allowed_file_types as FileType[],
				}),
			},
		];
	});
}

/** Returns the buttons of a GET /form/human_input/{form_token} body. */
export function parseFormActions(form: unknown): FormAction[] {
	return toRecords(toRecord(form).user_actions).flatMap(({ id, title }) =>
		typeof id === 'string' ? [{ id, title: typeof title === 'string' ? title : id }] : [],
	);
}

/** Returns an object, and an empty one for any other value. */
function toRecord(value: unknown): Record<string, unknown> {
	return isRecord(value) ? value : {};
}

/** Returns the objects in a list, and an empty array if the value is not a list. */
function toRecords(list: unknown): Array<Record<string, unknown>> {
	return Array.isArray(list) ? list.filter(isRecord) : [];
}
