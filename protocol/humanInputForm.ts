import type { FileType } from './request';
import { toText } from './text';

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
	const { inputs, resolved_default_values: resolvedDefaults } = form as Record<string, unknown>;
	return toObjects(inputs).flatMap((input) => {
		const { output_variable_name: name, default: defaultValue, type } = input;
		if (typeof name !== 'string') return [];
		// When the default is a variable of the run, Dify puts its value in resolved_default_values.
		const value =
			(resolvedDefaults as Record<string, unknown> | null | undefined)?.[name] ??
			(defaultValue as { value?: unknown } | null | undefined)?.value;
		const options = (input.option_source as { value?: unknown } | null | undefined)?.value;
		const { allowed_file_types } = input;
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
	const { user_actions: actions } = form as Record<string, unknown>;
	return toObjects(actions).flatMap(({ id, title }) =>
		typeof id === 'string' ? [{ id, title: typeof title === 'string' ? title : id }] : [],
	);
}

/** Returns the objects in `list`, and an empty array if it is not an array. */
function toObjects(list: unknown): Array<Record<string, unknown>> {
	if (!Array.isArray(list)) return [];
	return list.filter((entry) => typeof entry === 'object' && entry !== null);
}
