import type { INodeProperties } from 'n8n-workflow';
import * as generateSpeech from './generateSpeech.operation';
import * as transcribe from './transcribe.operation';

export const operations = {
	generateSpeech: generateSpeech.execute,
	transcribe: transcribe.execute,
};

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['audio'] } },
		options: [
			{
				name: 'Generate Speech',
				value: 'generateSpeech',
				action: 'Generate speech',
				description: 'Convert a text or the answer of a message to speech',
			},
			{
				name: 'Transcribe',
				value: 'transcribe',
				action: 'Transcribe audio',
				description: 'Convert speech to text',
			},
		],
		default: 'transcribe',
	},
	...generateSpeech.description,
	...transcribe.description,
];
