import type { INodeProperties } from 'n8n-workflow';
import * as send from './send.operation';

export { send };

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['chatMessage'] } },
		options: [
			{
				name: 'Send Chat Message',
				value: 'send',
				action: 'Send chat message',
				description: 'Send a message to a Chatbot, Agent or Chatflow app and get its answer',
			},
		],
		default: 'send',
	},
	...send.description,
];
