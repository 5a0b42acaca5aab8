import type { ErrorRule } from './errorRule';
import {
	anyOf,
	BASE_URL_HINT,
	hasCode,
	isHtmlPage,
	messageMatches,
	senderText,
	withSenderText,
} from './errorRule';

/** The request was not accepted at all: a redirect, a wrong API key, or an app without API access. */
export const ACCESS_RULES: readonly ErrorRule[] = [
	{
		kind: 'redirect',
		matches: ({ status }) => status !== undefined && status >= 300 && status < 400,
		message: ({ source }) =>
			`The base URL redirects to ${source.from === 'http' ? (source.location ?? 'an unknown address') : ''}`,
		hint: "The node does not follow redirects, so that it never sends the API key to another server. If you trust that address, set it as the credential's 'Base URL'.",
	},
	{
		kind: 'proxy_auth',
		matches: ({ status }) => status === 407,
		message: () => 'A forward proxy between n8n and Dify requires a login (407)',
		hint: 'Add the user and the password to the address of the proxy in the environment variables HTTP_PROXY and HTTPS_PROXY of n8n, or add the host of Dify to NO_PROXY.',
	},
	{
		kind: 'gateway_unauthorized',
		matches: ({ status, code, isHtml }) =>
			status === 401 && (isHtml || code === undefined || code === '401'),
		message: (error) => `Access was denied (401): ${senderText(error) || 'no reason given'}`,
		hint: "The response does not have the form of Dify's errors, so a gateway in front of Dify may require its own login or key. If there is no gateway, check the credential's 'API Key' and 'Base URL'.",
	},
	{
		kind: 'unauthorized',
		matches: anyOf(hasCode('unauthorized'), ({ status }) => status === 401),
		message: ({ message }) => message || 'Dify rejected the API key',
		hint: "Check the credential's 'API Key'. It must be the key of one app and start with 'app-'. Create it in Dify on the app's 'API Access' page.",
	},
	{
		kind: 'app_disabled',
		matches: messageMatches(
			/API service has been disabled|app no longer exists|status is abnormal|workspace's status is archived/,
		),
		hint: "Enable the app's API in Dify on its 'API Access' page, or use the API key of another app.",
	},
	{
		kind: 'forbidden',
		matches: hasCode('forbidden'),
		hint: "The app's API key has no access to this in Dify. An app must be published before it has a web page of its own, and the plans of Dify Cloud have limits.",
	},
];

const TIMEOUT_HINT =
	"If the request started a run, it may still be in progress in Dify. Set 'Response Mode' to 'Streaming', because gateways close connections that send nothing for a minute or two.";

const GATEWAY_HINTS: Readonly<Record<number, string>> = {
	502: "Dify's API server may be down or restarting, or the gateway cannot reach it. If the request started a run, it may still be in progress in Dify.",
	503: 'Dify or the gateway is overloaded or under maintenance. Try again later.',
	522: "The gateway cannot reach Dify's server.",
};

const HTML_HINTS: Readonly<Record<number, string>> = {
	400: "A web server in front of Dify did not accept the request. If it expects HTTPS, the credential's 'Base URL' must begin with https://.",
	403: 'A firewall or a login in front of Dify blocks the request. Allow requests of n8n there.',
	500: 'The web server in front of Dify, or Dify itself, failed. Check their logs.',
};

/** A proxy in front of Dify answered instead of Dify, or a size limit was exceeded. */
export const GATEWAY_RULES: readonly ErrorRule[] = [
	{
		kind: 'gateway_timeout',
		matches: ({ status }) => [502, 503, 504, 522, 524].includes(status ?? 0),
		message: (error) =>
			withSenderText(`A gateway in front of Dify returned ${error.status}`, error),
		hint: ({ status }) => GATEWAY_HINTS[status ?? 0] ?? TIMEOUT_HINT,
	},
	{
		kind: 'body_too_large',
		matches: anyOf(isHtmlPage(413), ({ status, isJson }) => status === 413 && !isJson),
		message: () => 'A proxy in front of Dify rejected the request because it is too large (413)',
		hint: "Send a smaller file, or raise the proxy's limit (client_max_body_size in Dify's nginx).",
	},
	{
		kind: 'file_too_large',
		matches: hasCode('file_too_large'),
		// Depending on the version, Dify's own message is empty or an unfilled template
		// (docs/dify-api.md#error-codes).
		message: () => 'The file is larger than Dify accepts',
		hint: 'Send a smaller file, or raise the limit in Dify (UPLOAD_IMAGE_FILE_SIZE_LIMIT and similar variables). GET /parameters lists the limits under system_parameters.',
	},
	{
		kind: 'not_dify',
		matches: isHtmlPage(200, 404, 405),
		message: ({ status }) => `The base URL returned a web page (${status}), not Dify's API`,
		hint: ({ status }) =>
			status === 404
				? `${BASE_URL_HINT} A version of Dify that does not have this operation yet returns the same page. The README lists the version that each operation needs.`
				: BASE_URL_HINT,
	},
	{
		kind: 'html',
		matches: ({ isHtml }) => isHtml,
		message: (error) =>
			withSenderText(`A proxy in front of Dify returned a web page (${error.status})`, error),
		hint: ({ status }) => HTML_HINTS[status ?? 0] ?? BASE_URL_HINT,
	},
];
