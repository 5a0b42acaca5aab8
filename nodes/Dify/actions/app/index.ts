import type { INodeProperties } from 'n8n-workflow';
import * as getInfo from './getInfo.operation';
import * as getMeta from './getMeta.operation';
import * as getParameters from './getParameters.operation';
import * as getSite from './getSite.operation';

export const operations = {
	getInfo: getInfo.execute,
	getMeta: getMeta.execute,
	getParameters: getParameters.execute,
	getSite: getSite.execute,
};

export const description: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['app'] } },
		options: [
			{
				name: 'Get Info',
				value: 'getInfo',
				action: 'Get app info',
				description: "Get the app's name, description, tags, mode and author",
			},
			{
				name: 'Get Meta',
				value: 'getMeta',
				action: 'Get app meta',
				description: "Get the icons of the app's tools",
			},
			{
				name: 'Get Parameters',
				value: 'getParameters',
				action: 'Get app parameters',
				description: "Get the app's variables, features and file limits",
			},
			{
				name: 'Get Site',
				value: 'getSite',
				action: 'Get app site',
				description: "Get the title, appearance and texts of the app's web page",
			},
		],
		default: 'getInfo',
	},
	...getParameters.description,
	...getSite.description,
];
