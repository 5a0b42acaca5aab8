import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class DifyApi implements ICredentialType {
	name = 'difyApi';

	displayName = 'Dify API';

	documentationUrl = 'https://docs.dify.ai/en/api-reference/guides/get-started';

	icon = { light: 'file:dify.svg', dark: 'file:dify.dark.svg' } as const;

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			placeholder: 'e.g. app-…',
			description:
				"The key of one app. Dify makes it under the app's 'API Access'; each app has its own.",
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: 'https://api.dify.ai/v1',
			placeholder: 'e.g. https://dify.example.com/v1',
			description:
				"The address of Dify's API. A bare host gets '/v1'; any other path is kept as it is.",
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
	};

	/** GET /info answers any app's key, costs nothing and needs no user. */
	test: ICredentialTestRequest = {
		request: {
			// The rule of normalizeBaseUrl (protocol/baseUrl.ts), as an expression.
			baseURL:
				"={{ $credentials.baseUrl.trim().replace(/\\/+$/, '').replace(/^(https?:\\/\\/[^\\/]+)$/i, '$1/v1') }}",
			url: '/info',
			disableFollowRedirect: true,
		},
		rules: [
			{
				type: 'responseSuccessBody',
				properties: {
					// A web page has no such field; Dify's answer always does.
					key: 'name',
					value: undefined,
					message:
						"This address does not answer as Dify's API. The base URL is that of the API, such as https://api.dify.ai/v1, not that of the web page.",
				},
			},
		],
	};
}
