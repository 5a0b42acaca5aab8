import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readApp } from './readApp';

/** GET /meta: icons of the tools of an agent (docs/dify-api.md#endpoints). */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	return await readApp(context, itemIndex, { path: '/meta' });
}
