import type { INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { simplify, user } from '../fields';
import { optionsOfBegunRun } from './run/options';

const properties: INodeProperties[] = [
	{
		displayName: 'Form Token',
		name: 'form',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. {{ $json.human_input[0].form_token }}',
		description: "The form_token of the form, from the paused item's human_input",
	},
	{
		displayName: 'Workflow Run ID',
		name: 'workflowRunId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. {{ $json.workflow_run_id }}',
		description: 'The workflow_run_id of the paused item: the run that goes on',
	},
	{ ...user, hint: "The one whose message began the run: Dify shows a run's events to no other" },
	{
		displayName: 'Action',
		name: 'action',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'id', value: '' },
		description: 'The button of the form that is pressed',
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
			{
				name: "The Form's Fields",
				value: 'fields',
				description: 'The fields of the form, where its token is a fixed value',
			},
			{ name: 'JSON', value: 'json', description: 'An object of fields' },
		],
		default: 'json',
		description: "How to give the values of the form's fields",
	},
	{
		displayName: 'Values',
		name: 'inputs',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		description: "The form's fields. One that is left alone keeps what stands in it.",
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
			"An object of the form's fields, by their names in human_input. One that is left out keeps what stands in it.",
		displayOptions: { show: { inputsMode: ['json'] } },
	},
	simplify,
	optionsOfBegunRun,
];

export const description = updateDisplayOptions(
	{ show: { resource: ['chatMessage'], operation: ['submitForm'] } },
	properties,
);

export { execute } from './submitForm/execute';
