import type { INodeProperties } from 'n8n-workflow';
import * as remove from './delete.operation';
import * as getAll from './getAll.operation';
import * as getVariables from './getVariables.operation';
import * as rename from './rename.operation';
import * as updateVariable from './updateVariable.operation';

export const operations = {
	delete: remove.execute,
	getAll: getAll.execute,
	getVariables: getVariables.execute,
	rename: rename.execute,
	updateVariable: updateVariable.execute,
};

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['conversation'] } },
		options: [
			{
				name: 'Delete',
				value: 'delete',
				action: 'Delete conversation',
				description: 'Delete a conversation and its messages',
			},
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many conversations',
				description: 'Get many conversations of a user',
			},
			{
				name: 'Get Variables',
				value: 'getVariables',
				action: 'Get conversation variables',
				description: 'Get the values of the conversation variables of a chatflow',
			},
			{
				name: 'Rename',
				value: 'rename',
				action: 'Rename conversation',
				description: 'Rename a conversation, or let Dify generate a name',
			},
			{
				name: 'Update Variable',
				value: 'updateVariable',
				action: 'Update conversation variable',
				description: 'Set the value of a conversation variable of a chatflow',
			},
		],
		default: 'getAll',
	},
	...remove.description,
	...getAll.description,
	...getVariables.description,
	...rename.description,
	...updateVariable.description,
];
