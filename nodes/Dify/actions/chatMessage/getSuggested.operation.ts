import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ask } from '../../transport/ask';
import { Connection } from '../../transport/connection';
import { message, user } from '../fields';
import { readMessageId, readUser } from '../read';

const properties: INodeProperties[] = [user, message];

export const description = updateDisplayOptions(
	{ show: { resource: ['chatMessage'], operation: ['getSuggested'] } },
	properties,
);

/**
 * GET /messages/{message_id}/suggested (contract, section 6): the questions as `data`, a list of texts.
 *
 * @throws {NodeOperationError} for a 'Message' or 'User' that cannot be one
 * @throws {NodeApiError} for what Dify refuses, above all where the app has them switched off
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const qs = { user: readUser(context, itemIndex) };
	const path = `/messages/${readMessageId(context, itemIndex)}/suggested`;
	const connection = await Connection.open(context, itemIndex);
	const json = await ask(context, connection, itemIndex, { method: 'GET', path, qs });
	return { json, pairedItem: { item: itemIndex } };
}
