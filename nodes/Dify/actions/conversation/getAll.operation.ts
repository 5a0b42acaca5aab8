import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { Connection } from '../../transport/connection';
import { readList } from '../../transport/pages';
import { limit, returnAll, user } from '../fields';
import { readUser, readWanted } from '../read';

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
 * GET /conversations (contract, section 6): the user's conversations, an item each.
 *
 * @throws {NodeOperationError} for a 'User' or 'Limit' that cannot be one
 * @throws {NodeApiError} for what Dify refuses
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const user = readUser(context, itemIndex);
	const wanted = readWanted(context, itemIndex);
	const { sortBy } = context.getNodeParameter('options', itemIndex, {}) as { sortBy?: string };
	const qs: IDataObject = { user, ...(sortBy !== undefined && { sort_by: sortBy }) };
	const connection = await Connection.open(context, itemIndex);
	const rows = await readList(context, connection, itemIndex, '/conversations', qs, wanted);
	return rows.map((json) => ({ json, pairedItem: { item: itemIndex } }));
}
