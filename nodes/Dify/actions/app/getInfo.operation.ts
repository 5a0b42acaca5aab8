import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readApp } from './readApp';

/** GET /info: name, description, tags, mode and author of the app (docs/dify-api.md#endpoints). */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	return await readApp(context, itemIndex, { path: '/info' });
}
