import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { readApp } from './read';

/** GET /info (contract, section 6): name, description, tags, mode and author. @throws {NodeApiError} for what Dify refuses */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	return await readApp(context, itemIndex, '/info');
}
