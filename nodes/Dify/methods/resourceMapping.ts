import type {
	FieldType,
	ILoadOptionsFunctions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import { parseFormFields } from '../../../protocol/humanInputForm';
import type { Variable } from '../../../protocol/appParameters';
import { parseAppVariables } from '../../../protocol/appParameters';
import { ask } from '../transport/ask';
import { Connection } from '../transport/connection';
import { readForm } from './form';

/** The app's own variables as fields of the form: typed, with its options, defaults and required marks. */
export async function getInputs(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const connection = await Connection.open(this);
	const user = String(this.getCurrentNodeParameter('user') ?? '');
	const body = await ask(this, connection, 0, { method: 'GET', path: '/parameters', qs: { user } });
	const variables = parseAppVariables(body).filter(({ hide }) => hide !== true);
	return { fields: variables.map(toField) };
}

/** The fields of the form of a paused chatflow, with what stands in them. */
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

/** Dify gives `""` where there is no default, for numbers and selects too. */
function hasDefault(
	variable: Variable,
): variable is Variable & { default: string | number | boolean } {
	const { default: value } = variable;
	return (
		(typeof value === 'string' && value !== '') || ['number', 'boolean'].includes(typeof value)
	);
}
