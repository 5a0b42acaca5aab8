import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';
import { BASE_URL_CORRECTIONS, BASE_URL_PATTERN } from '../protocol/baseUrl';

/** n8n applies all rules in order. Its type only allows rules of one type. */
type TestRules = NonNullable<ICredentialTestRequest['rules']>;

/** normalizeBaseUrl (protocol/baseUrl.ts) as an expression. n8n's credential test runs no code of the node. */
const CORRECTED_BASE_URL = BASE_URL_CORRECTIONS.reduce(
	(expression, [pattern, replacement]) => `${expression}.replace(${pattern}, '${replacement}')`,
	'String($credentials.baseUrl).trim()',
);

/**
 * Replaces a base URL that is not a valid address, so that a rule can explain the mistake. n8n alone would
 * show "ERR_INVALID_URL". A data URL contains its own response, so nothing is sent. The response is one
 * byte with the value 0.
 */
const INVALID_ADDRESS = 'data:text/plain;base64,AA==';

const NOT_THE_API =
	"This address is not the address of Dify's API. Enter the address of the API, such as https://api.dify.ai/v1, not the address of Dify's web page.";
const REDIRECT =
	'This address redirects to another one. Enter the final address in Base URL. It usually begins with https://.';
const UNAVAILABLE =
	"Dify's server, or a gateway in front of it, does not work at the moment. Check that Dify is running, and try again.";

/**
 * What to do, by the HTTP status of Dify's answer. n8n alone shows the name of the status,
 * such as "Unauthorized".
 */
const STATUS_MESSAGES: ReadonlyArray<readonly [status: number, message: string]> = [
	[301, REDIRECT],
	[302, REDIRECT],
	[303, REDIRECT],
	[307, REDIRECT],
	[308, REDIRECT],
	[
		400,
		'The server does not understand the request. If it expects https, begin the Base URL with https://.',
	],
	[
		401,
		"Dify does not accept this API key. Copy the key from 'API Access' of the app in Dify. It starts with app-. Check also that the Base URL belongs to the same Dify.",
	],
	[
		403,
		"Access is refused. Check in Dify that the API of the app is turned on ('API Access'). A firewall in front of Dify can also be the reason.",
	],
	[
		404,
		'There is no Dify API at this address. Check the Base URL. For Dify Cloud it is https://api.dify.ai/v1, for your own Dify usually the address of Dify followed by /v1.',
	],
	[
		407,
		'A proxy between n8n and Dify asks for a user name and a password. Check the proxy settings of n8n.',
	],
	[
		429,
		'Dify, or a gateway in front of it, receives too many requests. Wait a minute, and try again.',
	],
	[500, UNAVAILABLE],
	[502, UNAVAILABLE],
	[503, UNAVAILABLE],
	[504, UNAVAILABLE],
];

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
				"The address of Dify's API. If it has no path, '/v1' is added. The path of an endpoint, such as '/chat-messages', is removed. Any other path is used unchanged.",
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
	};

	/** GET /info accepts the key of any app, needs no user and costs nothing. */
	test: ICredentialTestRequest = {
		request: {
			url: `={{ ((url) => ${BASE_URL_PATTERN}.test(url) ? url + '/info' : '${INVALID_ADDRESS}')(${CORRECTED_BASE_URL}) }}`,
			disableFollowRedirect: true,
		},
		rules: [
			...STATUS_MESSAGES.map(([value, message]) => ({
				type: 'responseCode',
				properties: { value, message },
			})),
			{
				type: 'responseSuccessBody',
				properties: {
					key: '0',
					value: 0,
					message:
						"The Base URL is not a valid address. Enter the address of Dify's API, such as https://api.dify.ai/v1, without spaces, a user name, '?' or '#'.",
				},
			},
			{
				type: 'responseSuccessBody',
				// Dify's response always has this field. A web page has none.
				properties: { key: 'name', value: undefined, message: NOT_THE_API },
			},
		] as TestRules,
	};
}
