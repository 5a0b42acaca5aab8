import type { INodeProperties } from 'n8n-workflow';
import * as getAll from './getAll.operation';
import * as getSuggested from './getSuggested.operation';
import * as giveFeedback from './giveFeedback.operation';
import * as send from './send.operation';
import * as stop from './stop.operation';
import * as submitForm from './submitForm.operation';

export const operations = {
	getAll: getAll.execute,
	getSuggested: getSuggested.execute,
	giveFeedback: giveFeedback.execute,
	send: send.execute,
	stop: stop.execute,
	submitForm: submitForm.execute,
};

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['chatMessage'] } },
		options: [
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many chat messages',
				description: 'Get the latest messages of a conversation, oldest first',
			},
			{
				name: 'Get Suggested Questions',
				value: 'getSuggested',
				action: 'Get suggested questions',
				description: 'Get suggested follow-up questions for an answer',
			},
			{
				name: 'Give Feedback',
				value: 'giveFeedback',
				action: 'Give feedback on chat message',
				description: 'Like or dislike an answer, or remove the feedback',
			},
			{
				name: 'Send Chat Message',
				value: 'send',
				action: 'Send chat message',
				description: 'Send a message to a Chatbot, Agent or Chatflow app and get the answer',
			},
			{
				name: 'Stop',
				value: 'stop',
				action: 'Stop chat message',
				description: 'Stop the run that answers a message',
			},
			{
				name: 'Submit Form',
				value: 'submitForm',
				action: 'Submit form of paused chatflow',
				description: 'Submit the form that a paused chatflow waits for and get the answer',
			},
		],
		default: 'send',
	},
	...getAll.description,
	...getSuggested.description,
	...giveFeedback.description,
	...send.description,
	...stop.description,
	...submitForm.description,
];
