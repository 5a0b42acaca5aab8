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
				description: "Have a text, or a message's answer, said",
			},
			{
				name: 'Transcribe',
				value: 'transcribe',
				action: 'Transcribe audio',
				description: 'Turn speech into text',
			},
		],
		default: 'transcribe',
	},
	...generateSpeech.description,
	...transcribe.description,
];
