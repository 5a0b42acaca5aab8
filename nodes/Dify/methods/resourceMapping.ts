import type {
	FieldType,
	IDataObject,
	ILoadOptionsFunctions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import type { Variable } from '../../../protocol/appParameters';
import { parseAppVariables } from '../../../protocol/appParameters';
import { parseFormFields } from '../../../protocol/humanInputForm';
import { toText } from '../../../protocol/text';
import { DifyClient } from '../transport/DifyClient';
import { throwInvalidParameter } from '../transport/errors';

/** Characters of an error's message, and of its description, that a notice shows. */
const MAX_NOTICE_LENGTH = 500;

/** Returns the variables of the app as fields, with their types, options, defaults and required marks. */
export async function getInputs(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	return await loadFields(this, 'inputs', async () => {
		const client = await DifyClient.forItem(this);
		const user = toText(this.getCurrentNodeParameter('user'));
		const body = await client.getJson('/parameters', { user });
		const variables = parseAppVariables(body).filter(({ hide }) => hide !== true);
		return variables.map(toField);
	});
}

/** Returns the fields of the form that 'Form Token' names, with their types, options and default values. */
export async function getFormFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	return await loadFields(this, 'fields', async () => {
		const fields = parseFormFields(await readForm(this));
		return fields.map(({ name, type, value, options }) =>
			toField({
				type,
				variable: name,
				label: name,
				required: false,
				options,
				default: typeof value === 'string' ? value : undefined,
			}),
		);
	});
}

/**
 * Returns the fields of the form, or a notice that says why there are none. n8n shows no reason if this
 * throws. If the form has fields already, it keeps them and the values that the user entered.
 *
 * @param fieldWord what the form calls its fields
 */
async function loadFields(
	context: ILoadOptionsFunctions,
	fieldWord: string,
	load: () => Promise<ResourceMapperField[]>,
): Promise<ResourceMapperFields> {
	const reload = `To load the ${fieldWord} again, close this panel and open it again.`;
	if (context.getNode().credentials?.difyApi === undefined) {
		return withNotice(context, `Choose the credential of your Dify app. ${reload}`);
	}
	try {
		const fields = await load();
		const emptyFieldsNotice = `There are no ${fieldWord} to fill in. ${reload}`;
		return { fields, ...(fields.length === 0 && { emptyFieldsNotice }) };
	} catch (error) {
		return withNotice(context, `${describeError(error)} ${reload}`);
	}
}

function withNotice(context: ILoadOptionsFunctions, notice: string): ResourceMapperFields {
	const { schema } = (context.getCurrentNodeParameter('inputs') ?? {}) as { schema?: unknown };
	const fields = Array.isArray(schema) ? (schema as ResourceMapperField[]) : [];
	return { fields, emptyFieldsNotice: escapeHtml(notice) };
}

/** Returns the message and the advice of an error as sentences. */
function describeError(error: unknown): string {
	const { message, description } = error as { message?: unknown; description?: unknown };
	return [message, description]
		.filter((text) => typeof text === 'string' && text !== '')
		.map((text) => toSentence((text as string).slice(0, MAX_NOTICE_LENGTH)))
		.join(' ');
}

function toSentence(text: string): string {
	const trimmed = text.replace(/ ?\[item \d+\]$/, '').trim();
	return /[.!?)…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Escapes a notice. n8n shows it as HTML, and it can contain the text of a server. */
function escapeHtml(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/**
 * Returns the form that 'Form Token' names.
 *
 * @throws {NodeOperationError} if the token is an expression, whose value is only known when the workflow runs
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function readForm(context: ILoadOptionsFunctions): Promise<IDataObject> {
	const token = toText(context.getCurrentNodeParameter('form')).trim();
	if (token === '' || token.startsWith('=')) {
		throwInvalidParameter(
			{ context, itemIndex: 0 },
			"'Form Token' has no fixed value",
			'Enter a fixed token to load the form. Otherwise enter the fields as JSON and the action by its ID.',
		);
	}
	const client = await DifyClient.forItem(context);
	return await client.readForm(token);
}

const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
	select: 'options',
	number: 'number',
	checkbox: 'boolean',
	json_object: 'object',
};

/** A field of the form has no hint or placeholder, so its name says what a file variable takes. */
const FILE_LABELS: Readonly<Record<string, string>> = {
	file: ' (File: Binary Field, URL or Upload ID)',
	'file-list': ' (Files: Binary Fields, URLs or Upload IDs)',
};

function toField(variable: Variable): ResourceMapperField {
	const { type, label, required, options } = variable;
	const hasOptions = type !== 'select' || options !== undefined;
	return {
		id: variable.variable,
		displayName: `${label}${FILE_LABELS[type] ?? ''}`,
		required,
		defaultMatch: false,
		display: true,
		// A select of a form can take its options from the run. They are only known when the workflow runs.
		type: (hasOptions ? FIELD_TYPES[type] : undefined) ?? 'string',
		...(options !== undefined && {
			options: options.map((option) => ({ name: option, value: option })),
		}),
		...(hasDefault(variable) && { defaultValue: variable.default }),
	};
}

/** Returns whether the variable has a default value. Dify sends `""` if there is none, for any type. */
function hasDefault(
	variable: Variable,
): variable is Variable & { default: string | number | boolean } {
	const { default: value } = variable;
	return (
		(typeof value === 'string' && value !== '') || ['number', 'boolean'].includes(typeof value)
	);
}
