import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { Variable } from '../../../../protocol/appParameters';
import type { DifyError } from '../../../../protocol/errors/classify';
import type { FormField } from '../../../../protocol/humanInputForm';
import { parseFormFields } from '../../../../protocol/humanInputForm';
import { ChatRun, toRunSettings } from '../../chat/ChatRun';
import { completeRun } from '../../chat/completeRun';
import { readOptions, resumeOptions } from '../../chat/options';
import { WebhookStream, reportFailure } from '../../chat/webhookStream';
import { ParameterReader } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { simplify, user } from '../common.descriptions';
import { resolveInputs } from './send/buildRequest';
import { FileReferences } from './send/fileReferences';

const properties: INodeProperties[] = [
	{
		displayName: 'Form Token',
		name: 'form',
		type: 'string',
		required: true,
		default: '={{ $json.human_input[0].form_token }}',
		placeholder: 'e.g. {{ $json.human_input[0].form_token }}',
		description: "The form_token in the field 'human_input' of the paused item",
	},
	{
		displayName: 'Workflow Run ID',
		name: 'workflowRunId',
		type: 'string',
		required: true,
		default: '={{ $json.workflow_run_id }}',
		placeholder: 'e.g. {{ $json.workflow_run_id }}',
		description: 'The workflow_run_id of the paused item',
	},
	{ ...user, hint: 'The user who started the run. Dify does not show the run to other users.' },
	{
		displayName: 'Action',
		name: 'action',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'id', value: '' },
		description: 'The button of the form to press',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select an action…',
				typeOptions: { searchListMethod: 'searchFormActions', searchable: true },
			},
			{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. approve' },
		],
	},
	{
		displayName: 'Inputs',
		name: 'inputsMode',
		type: 'options',
		options: [
			{ name: 'JSON', value: 'json', description: 'A JSON object with the fields' },
			{
				name: "The Form's Fields",
				value: 'fields',
				description: 'The fields of the form. Requires a fixed form token.',
			},
		],
		default: 'json',
		description: "How to enter the values of the form's fields",
	},
	{
		displayName: 'Values',
		name: 'inputs',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		description:
			"The fields of the form. A field that you do not change keeps its default value. For a file, enter the name of a binary field, a URL, an upload ID or Dify's file object. For a list of files, separate them with commas.",
		displayOptions: { show: { inputsMode: ['fields'] } },
		typeOptions: {
			resourceMapper: {
				resourceMapperMethod: 'getFormFields',
				mode: 'add',
				fieldWords: { singular: 'field', plural: 'fields' },
				addAllFields: true,
				supportAutoMap: false,
				noFieldsError: 'The form has no fields',
			},
		},
	},
	{
		displayName: 'Inputs (JSON)',
		name: 'inputsJson',
		type: 'json',
		default: '{}',
		placeholder: 'e.g. {"comment": "Fine by me"}',
		description:
			"A JSON object with the fields of the form, by their names in 'human_input'. A field that you leave out keeps its default value. For a file, use the name of a binary field, a URL, an upload ID or Dify's file object.",
		displayOptions: { show: { inputsMode: ['json'] } },
	},
	simplify,
	resumeOptions,
];

export const description = updateDisplayOptions(
	{ show: { resource: ['chatMessage'], operation: ['submitForm'] } },
	properties,
);

/**
 * Submits the form of a paused chatflow and returns the rest of its run as one item
 * (docs/dify-api.md#human-input, since Dify 1.14). The run's events are requested before the form is
 * submitted, as Dify does not repeat earlier events.
 *
 * @throws {NodeOperationError} if a parameter is invalid, or the execution was canceled
 * @throws {NodeApiError} if Dify rejects the form, or the run failed or is incomplete
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	return await reportFailure(context, itemIndex, async () => await submitForm(context, itemIndex));
}

async function submitForm(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const token = parameters.readIdentifier('form');
	const workflowRunId = parameters.readId({
		name: 'workflowRunId',
		source: 'the workflow_run_id of the paused item',
	});
	const user = parameters.readUser();
	const action = parameters.readIdentifier('action');
	const values = parameters.readInputs("an object with the form's fields");
	const isSimplified = parameters.readBoolean('simplify');
	const options = readOptions(parameters);
	const client = await DifyClient.forItem(context, itemIndex);
	const fields = parseFormFields(await client.readForm(token));
	const inputs = (await resolveInputs(
		new FileReferences(client, parameters, user),
		{ ...readDefaults(fields), ...values },
		{ variables: fields.map(toVariable), areInputsFields: parameters.hasInputFields() },
	)) as IDataObject;
	const stream = options.streamToResponse ? WebhookStream.open(context, itemIndex) : undefined;
	await stream?.begin();

	const run = new ChatRun(client, {
		...toRunSettings(context, options, stream),
		isResumed: true,
		onConnected: async (signal): Promise<DifyError | undefined> => {
			const result = await client.trySubmitForm(token, { inputs, action, user }, signal);
			return result.ok ? undefined : result.error;
		},
	});
	const path = `/workflow/${workflowRunId}/events`;
	const outcome = await run.execute({ method: 'GET', path, qs: { user } });
	const report = { context, user, stream, simplify: isSimplified, options, workflowRunId };
	return {
		json: await completeRun(client, outcome, report),
		pairedItem: { item: itemIndex },
	};
}

/**
 * Returns the default values of the form's fields.
 * Dify does not add the default of a field that is left out.
 */
function readDefaults(fields: readonly FormField[]): Record<string, unknown> {
	const withDefault = fields.filter((field) => 'value' in field);
	return Object.fromEntries(withDefault.map(({ name, value }) => [name, value]));
}

/** Returns a field as a variable, so that its value is resolved like that of an app's variable. */
function toVariable({ name, type, allowed_file_types }: FormField): Variable {
	return { type, variable: name, label: name, required: false, allowed_file_types };
}
