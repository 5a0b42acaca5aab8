import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ask } from '../../transport/ask';
import { Connection } from '../../transport/connection';
import { message, user } from '../fields';
import { readMessageId, readUser, toText } from '../read';

const properties: INodeProperties[] = [
	user,
	message,
	{
		displayName: 'Rating',
		name: 'rating',
		type: 'options',
		options: [
			{ name: 'Dislike', value: 'dislike' },
			{ name: 'Like', value: 'like' },
			{ name: 'None', value: 'none', description: 'Take the feedback back' },
		],
		default: 'like',
		description: 'What the user thinks of the answer',
	},
	{
		displayName: 'Content',
		name: 'content',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. Just what I needed',
		description: "The feedback in the user's own words",
		displayOptions: { hide: { rating: ['none'] } },
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['chatMessage'], operation: ['giveFeedback'] } },
	properties,
);

/**
 * POST /messages/{message_id}/feedbacks (contract, section 6).
 *
 * @throws {NodeOperationError} for a 'Message' or 'User' that cannot be one
 * @throws {NodeApiError} for what Dify refuses, above all to take back what was not given
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const path = `/messages/${readMessageId(context, itemIndex)}/feedbacks`;
	const rating = context.getNodeParameter('rating', itemIndex) as string;
	const content = toText(context.getNodeParameter('content', itemIndex, ''));
	const body = {
		user: readUser(context, itemIndex),
		rating: rating === 'none' ? null : rating,
		...(content !== '' && rating !== 'none' && { content }),
	};
	const connection = await Connection.open(context, itemIndex);
	const json = await ask(context, connection, itemIndex, { method: 'POST', path, body });
	return { json, pairedItem: { item: itemIndex } };
}
