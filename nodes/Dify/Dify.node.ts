import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import * as app from './actions/app';
import * as audio from './actions/audio';
import * as chatMessage from './actions/chatMessage';
import * as conversation from './actions/conversation';
import * as file from './actions/file';
import { router } from './actions/router';
import {
	searchConversations,
	searchFormActions,
	searchMessages,
	searchVariables,
} from './methods/listSearch';
import { getFormFields, getInputs } from './methods/resourceMapping';

export class Dify implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Dify',
		name: 'dify',
		icon: { light: 'file:dify.svg', dark: 'file:dify.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: "Talk to Dify's Chatbot, Agent and Chatflow apps",
		defaults: { name: 'Dify' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'difyApi', required: true }],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'App', value: 'app' },
					{ name: 'Audio', value: 'audio' },
					{ name: 'Chat Message', value: 'chatMessage' },
					{ name: 'Conversation', value: 'conversation' },
					{ name: 'File', value: 'file' },
				],
				default: 'chatMessage',
			},
			...app.description,
			...audio.description,
			...chatMessage.description,
			...conversation.description,
			...file.description,
		],
	};

	methods = {
		listSearch: { searchConversations, searchFormActions, searchMessages, searchVariables },
		resourceMapping: { getFormFields, getInputs },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await router.call(this, this.continueOnFail());
	}
}
