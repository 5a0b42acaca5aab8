import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { ParameterReader } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { limit, returnAll, user } from '../common.descriptions';

const properties: INodeProperties[] = [
	user,
	returnAll,
	limit,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Sort By',
				name: 'sortBy',
				type: 'options',
				options: [
					{ name: 'Created, Newest First', value: '-created_at' },
					{ name: 'Created, Oldest First', value: 'created_at' },
					{ name: 'Updated, Newest First', value: '-updated_at' },
					{ name: 'Updated, Oldest First', value: 'updated_at' },
				],
				default: '-updated_at',
				description: 'The order of the conversations',
			},
		],
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['conversation'], operation: ['getAll'] } },
	properties,
);

/**
 * GET /conversations (docs/dify-api.md#endpoints): returns an item per conversation of the user.
 *
 * @throws {NodeOperationError} if 'User' or 'Limit' is empty or invalid
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const parameters = new ParameterReader(context, itemIndex, properties);
	const user = parameters.readUser();
	const limit = parameters.readLimit();
	const { sortBy } = parameters.readCollection('options');
	const qs: IDataObject = { user, ...(sortBy !== undefined && { sort_by: sortBy }) };
	const client = await DifyClient.forItem(context, itemIndex);
	const rows = await client.getList({ path: '/conversations', qs, limit });
	return rows.map((json) => ({ json, pairedItem: { item: itemIndex } }));
}
