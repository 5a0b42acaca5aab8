/** One field of the form that a paused chatflow waits for. */
export interface FormField {
	/** The key under `inputs`. */
	name: string;
	/** What stands in it when it is shown; absent where that is nothing. */
	value?: unknown;
}

/** A button of the form: the way on that a person chooses. */
export interface FormAction {
	id: string;
	title: string;
}

/** The fields of a GET /form/human_input/{form_token} body (contract, section 6; recordings, x08). */
export function parseFormFields(form: unknown): FormField[] {
	const { inputs, resolved_default_values: resolved } = form as Record<string, unknown>;
	return objectsOf(inputs).flatMap(({ output_variable_name: name, default: preset }) => {
		if (typeof name !== 'string') return [];
		// A default that is a variable of the run stands among the resolved ones.
		const value =
			(resolved as Record<string, unknown> | null | undefined)?.[name] ??
			(preset as { value?: unknown } | null | undefined)?.value;
		return [{ name, ...(value !== undefined && value !== null && { value }) }];
	});
}

/** Its buttons. */
export function parseFormActions(form: unknown): FormAction[] {
	const { user_actions: actions } = form as Record<string, unknown>;
	return objectsOf(actions).flatMap(({ id, title }) =>
		typeof id === 'string' ? [{ id, title: typeof title === 'string' ? title : id }] : [],
	);
}

function objectsOf(list: unknown): Array<Record<string, unknown>> {
	if (!Array.isArray(list)) return [];
	return list.filter((entry) => typeof entry === 'object' && entry !== null);
}
