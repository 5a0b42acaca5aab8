import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { simplify } from '../common.descriptions';
import { readApp } from './readApp';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['app'], operation: ['getParameters'] } },
	[simplify],
);

const SIMPLE_FIELDS = [
	'opening_statement',
	'suggested_questions',
	'suggested_questions_after_answer',
	'speech_to_text',
	'text_to_speech',
	'retriever_resource',
	'annotation_reply',
	'user_input_form',
	'file_upload',
	'system_parameters',
];

/** GET /parameters: variables, features and file limits of the app (docs/dify-api.md#parameters). */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	return await readApp(context, itemIndex, { path: '/parameters', simpleFields: SIMPLE_FIELDS });
}
