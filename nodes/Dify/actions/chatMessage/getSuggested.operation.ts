import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ParameterReader } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { message, user } from '../common.descriptions';

const properties: INodeProperties[] = [user, message];

export const description = updateDisplayOptions(
	{ show: { resource: ['chatMessage'], operation: ['getSuggested'] } },
	properties,
);

/**
 * GET /messages/{message_id}/suggested (docs/dify-api.md#endpoints): returns the questions as `data`, an
 * array of texts.
 *
 * @throws {NodeOperationError} if 'Message' or 'User' is empty or invalid
 * @throws {NodeApiError} for an error of Dify, for example if suggestions are disabled in the app
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const qs = { user: parameters.readUser() };
	const path = `/messages/${parameters.readMessageId()}/suggested`;
	const client = await DifyClient.forItem(context, itemIndex);
	return { json: await client.getJson(path, qs), pairedItem: { item: itemIndex } };
}
