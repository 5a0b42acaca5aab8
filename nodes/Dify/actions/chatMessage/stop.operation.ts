import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { stopTask } from '../../chat/stopTask';
import { ParameterReader } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { user } from '../common.descriptions';

const properties: INodeProperties[] = [
	{
		displayName: 'Task ID',
		name: 'taskId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 900bbd43-dc0b-4383-a372-aa6e6c414227',
		description:
			"The task_id of the run, which all its events contain. Dify stops the run within about one second. It reports 'success' for an unknown task too.",
	},
	user,
];

export const description = updateDisplayOptions(
	{ show: { resource: ['chatMessage'], operation: ['stop'] } },
	properties,
);

/**
 * POST /chat-messages/{task_id}/stop (docs/dify-api.md#stopping).
 *
 * @throws {NodeOperationError} if 'Task ID' or 'User' is empty
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const taskId = parameters.readIdentifier('taskId');
	const user = parameters.readUser();
	const client = await DifyClient.forItem(context, itemIndex);
	return { json: await stopTask(client, taskId, user), pairedItem: { item: itemIndex } };
}
