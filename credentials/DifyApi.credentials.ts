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
				"The API key of one app. Create it in Dify, in the section 'API Access' of the app.",
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: 'https://api.dify.ai/v1',
			placeholder: 'e.g. https://dify.example.com/v1',
			description:
				"The address of Dify's API. If it has no path, '/v1' is added. Any other path is used unchanged.",
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
	};

	/** GET /info accepts the key of any app, needs no user and costs nothing. */
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
					// Dify's response always has this field. A web page has none.
					key: 'name',
					value: undefined,
					message:
						"This address is not the address of Dify's API. Enter the address of the API, such as https://api.dify.ai/v1, not the address of Dify's web page.",
				},
			},
		],
	};
}
