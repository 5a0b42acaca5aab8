import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { simplify } from '../fields';
import { readApp } from './read';

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

/** GET /parameters (contract, section 6.1). @throws {NodeApiError} for what Dify refuses */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	return await readApp(context, itemIndex, '/parameters', SIMPLE_FIELDS);
}
