import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { simplify } from '../common.descriptions';
import { readApp } from './readApp';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['app'], operation: ['getSite'] } },
	[simplify],
);

const SIMPLE_FIELDS = [
	'title',
	'description',
	'icon_type',
	'icon',
	'icon_background',
	'icon_url',
	'default_language',
	'copyright',
	'privacy_policy',
	'custom_disclaimer',
];

/** GET /site: title, look and texts of the web page of the app (docs/dify-api.md#endpoints). */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	return await readApp(context, itemIndex, { path: '/site', simpleFields: SIMPLE_FIELDS });
}
