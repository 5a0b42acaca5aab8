import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { simplify } from '../fields';
import { readApp } from './read';

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

/** GET /site (contract, section 6: the app's own web page). @throws {NodeApiError} for what Dify refuses */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	return await readApp(context, itemIndex, '/site', SIMPLE_FIELDS);
}
