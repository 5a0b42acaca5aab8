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
import { toText } from '../helpers/parameters';
import { DifyClient } from '../transport/DifyClient';
import { throwInvalidParameter } from '../transport/errors';

/** Returns the variables of the app as fields, with their types, options, defaults and required marks. */
export async function getInputs(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const client = await DifyClient.forItem(this);
	const user = toText(this.getCurrentNodeParameter('user'));
	const body = await client.getJson('/parameters', { user });
	const variables = parseAppVariables(body).filter(({ hide }) => hide !== true);
	return { fields: variables.map(toField) };
}

/** Returns the fields of the form that 'Form Token' names, with their default values. */
export async function getFormFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const fields = parseFormFields(await readForm(this));
	return {
		fields: fields.map(({ name, value }) => ({
			id: name,
			displayName: name,
			required: false,
			defaultMatch: false,
			display: true,
			type: 'string',
			...(typeof value === 'string' && { defaultValue: value }),
		})),
	};
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

const FILE_LABELS: Readonly<Record<string, string>> = { file: ' (File)', 'file-list': ' (Files)' };

function toField(variable: Variable): ResourceMapperField {
	const { type, label, required, options } = variable;
	return {
		id: variable.variable,
		displayName: `${label}${FILE_LABELS[type] ?? ''}`,
		required,
		defaultMatch: false,
		display: true,
		type: FIELD_TYPES[type] ?? 'string',
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
