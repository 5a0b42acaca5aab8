import type { INodeProperties } from 'n8n-workflow';
import * as download from './download.operation';
import * as upload from './upload.operation';

export const operations = {
	download: download.execute,
	upload: upload.execute,
};

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['file'] } },
		options: [
			{
				name: 'Download',
				value: 'download',
				action: 'Download file',
				description: 'Download a file that was sent with a message',
			},
			{
				name: 'Upload',
				value: 'upload',
				action: 'Upload file',
				description: 'Upload a file to send it with a message later',
			},
		],
		default: 'upload',
	},
	...download.description,
	...upload.description,
];
