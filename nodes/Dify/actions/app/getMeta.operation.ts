import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { readApp } from './read';

/** GET /meta (contract, section 6: the icons of an agent's tools). @throws {NodeApiError} for what Dify refuses */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	return await readApp(context, itemIndex, '/meta');
}
