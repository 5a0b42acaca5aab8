import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ParameterReader } from '../../helpers/parameters';
import { isMissing } from '../../helpers/values';
import { DifyClient } from '../../transport/DifyClient';
import { message, user } from '../common.descriptions';

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
			{ name: 'None', value: 'none', description: 'Remove the feedback' },
		],
		default: 'like',
		description: 'How the user rates the answer',
	},
	{
		displayName: 'Content',
		name: 'content',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. Just what I needed',
		description: 'The comment of the user',
		displayOptions: { hide: { rating: ['none'] } },
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['chatMessage'], operation: ['giveFeedback'] } },
	properties,
);

/**
 * POST /messages/{message_id}/feedbacks (docs/dify-api.md#endpoints).
 *
 * @throws {NodeOperationError} if 'Message', 'Rating' or 'User' is empty or invalid
 * @throws {NodeApiError} for an error of Dify, for example if there is no feedback to remove
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const path = `/messages/${parameters.readMessageId()}/feedbacks`;
	const rating = readRating(parameters);
	const content = rating === 'none' ? '' : parameters.readOptionalText('content');
	const body = {
		user: parameters.readUser(),
		rating: rating === 'none' ? null : rating,
		...(content !== '' && { content }),
	};
	const client = await DifyClient.forItem(context, itemIndex);
	return { json: await client.postJson(path, body), pairedItem: { item: itemIndex } };
}

/** Without a rating Dify removes the feedback, so a missing one is rejected and has no default. */
function readRating(parameters: ParameterReader): string {
	if (!isMissing(parameters.read('rating'))) return parameters.readOption('rating');
	const advice = "Choose a rating, or check the expression. To remove the feedback, choose 'None'.";
	return parameters.throwInvalid("'Rating' is empty", advice);
}
