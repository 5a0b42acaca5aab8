import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ask } from '../../transport/ask';
import { Connection } from '../../transport/connection';
import { user } from '../fields';
import { readText, readUser } from '../read';

const properties: INodeProperties[] = [
	{
		displayName: 'Task ID',
		name: 'taskId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 900bbd43-dc0b-4383-a372-aa6e6c414227',
		description:
			"The task_id of the run, which its events carry. Dify looks for a stop once a second, and says 'success' of a task that it does not know too.",
	},
	user,
];

export const description = updateDisplayOptions(
	{ show: { resource: ['chatMessage'], operation: ['stop'] } },
	properties,
);

/**
 * POST /chat-messages/{task_id}/stop (contract, section 6).
 *
 * @throws {NodeOperationError} for an empty 'Task ID' or 'User'
 * @throws {NodeApiError} for what Dify refuses
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const taskId = readText(context, itemIndex, 'taskId', 'Task ID').trim();
	const body = { user: readUser(context, itemIndex) };
	const path = `/chat-messages/${encodeURIComponent(taskId)}/stop`;
	const connection = await Connection.open(context, itemIndex);
	const json = await ask(context, connection, itemIndex, { method: 'POST', path, body });
	return { json, pairedItem: { item: itemIndex } };
}
