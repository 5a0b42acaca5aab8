import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
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
	searchConversationChoices,
	searchConversations,
	searchFormActions,
	searchMessages,
	searchVariables,
} from './methods/listSearch';
import { getFormFields, getInputs } from './methods/resourceMapping';

const OPERATION_PROPERTIES: INodeProperties[] = [
	...app.description,
	...audio.description,
	...chatMessage.description,
	...conversation.description,
	...file.description,
];

export class Dify implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Dify',
		name: 'dify',
		icon: { light: 'file:dify.svg', dark: 'file:dify.dark.svg' },
		group: ['transform'],
		version: 1,
		// The action of the operation, such as "Send chat message".
		subtitle:
			'={{ ({"app:getInfo": "Get app info", "app:getMeta": "Get app meta", "app:getParameters": "Get app parameters", "app:getSite": "Get app site", "audio:generateSpeech": "Generate speech", "audio:transcribe": "Transcribe audio", "chatMessage:getAll": "Get many chat messages", "chatMessage:getSuggested": "Get suggested questions", "chatMessage:giveFeedback": "Give feedback on chat message", "chatMessage:send": "Send chat message", "chatMessage:stop": "Stop chat message", "chatMessage:submitForm": "Submit form of paused chatflow", "conversation:delete": "Delete conversation", "conversation:getAll": "Get many conversations", "conversation:getVariables": "Get conversation variables", "conversation:rename": "Rename conversation", "conversation:updateVariable": "Update conversation variable", "file:download": "Download file", "file:upload": "Upload file"})[$parameter["resource"] + ":" + $parameter["operation"]] }}',
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
					// n8n's node panel lists the actions in this order, which has to be alphabetical.
					{ name: 'Chat Message', value: 'chatMessage' },
					{ name: 'Conversation', value: 'conversation' },
					{ name: 'Dify App', value: 'app' },
					{ name: 'File', value: 'file' },
					{ name: 'Speech', value: 'audio' },
				],
				default: 'chatMessage',
			},
			...OPERATION_PROPERTIES,
		],
	};

	methods = {
		listSearch: {
			searchConversationChoices,
			searchConversations,
			searchFormActions,
			searchMessages,
			searchVariables,
		},
		resourceMapping: { getFormFields, getInputs },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await router.call(this, this.continueOnFail());
	}
}
