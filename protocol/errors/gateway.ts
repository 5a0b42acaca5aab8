import type { ErrorRule } from './errorRule';
import { BASE_URL_HINT, hasCode, isPage, says } from './match';

const LATER_HINT =
	'Try again later. Nothing was repeated on its own: the run may have been billed.';

/** What stands in front of Dify answers, and what Dify says of any request. */
export const FRONT_RULES: readonly ErrorRule[] = [
	{
		kind: 'redirect',
		when: ({ status }) => status !== undefined && status >= 300 && status < 400,
		message: ({ evidence }) =>
			`The base URL redirects to ${evidence.from === 'http' ? (evidence.location ?? 'an address it does not name') : ''}`,
		hint: "If that address is yours, set it as the credential's 'Base URL'. It was not followed, so that the API key goes nowhere else.",
	},
	{
		kind: 'unauthorized',
		when: (facts) => hasCode('unauthorized')(facts) || (facts.status === 401 && !facts.isHtml),
		message: ({ message }) => message || 'Dify does not take the API key',
		hint: "Check the credential's 'API Key': it is the key of one app, begins with 'app-', and is made in Dify under the app's 'API Access'.",
	},
	{
		kind: 'app_disabled',
		when: says(
			/API service has been disabled|app no longer exists|status is abnormal|workspace's status is archived/,
		),
		hint: "Switch the app's API on in Dify ('API Access'), or use the key of another app.",
	},
	{
		kind: 'forbidden',
		when: hasCode('forbidden'),
		hint: "Dify keeps this from the app's key. An app that was never published has no web page of its own, and plans of Dify Cloud have limits.",
	},
	{
		kind: 'rate_limited',
		when: (facts) =>
			facts.status === 429 || hasCode('rate_limit_error', 'too_many_requests')(facts),
		message: ({ message }) => message || 'Too many requests (429)',
		hint: LATER_HINT,
	},
	{
		// Dify answers 400 where it documents 429 (contract, section 8).
		kind: 'concurrency_limit',
		when: says(/^Too many requests/),
		hint: "The app's limit of requests at a time is reached: lower 'Max Concurrency', or raise the limit in Dify. With a limit of 1, chatflows since Dify 1.13 refuse every streaming request.",
	},
	{
		kind: 'gateway_timeout',
		when: (facts) => [502, 503, 504, 522, 524].includes(facts.status ?? 0),
		message: ({ status, message }) => message || `A gateway in front of Dify answered ${status}`,
		hint: "The run may go on in Dify all the same. Use the response mode 'Streaming': gateways cut answers that send nothing for a minute or two.",
	},
	{
		kind: 'body_too_large',
		when: (facts) => isPage(413)(facts) || (facts.status === 413 && !facts.isJson),
		message: () => 'A proxy in front of Dify refuses a request of this size (413)',
		hint: "Send a smaller file, or raise the proxy's limit (client_max_body_size in Dify's nginx).",
	},
	{
		kind: 'file_too_large',
		when: hasCode('file_too_large'),
		// Dify's own message is empty or an unfilled template, by version (recordings, g11).
		message: () => 'The file is larger than Dify takes',
		hint: "Send a smaller file, or raise the limit in Dify (UPLOAD_IMAGE_FILE_SIZE_LIMIT and its like). The app's limits stand in GET /parameters under system_parameters.",
	},
	{
		kind: 'not_dify',
		when: (facts) => isPage(200, 404, 405)(facts),
		message: ({ status }) =>
			`The base URL answers with a web page (${status}), not with Dify's API`,
		hint: ({ status }) =>
			status === 404
				? `${BASE_URL_HINT} A Dify that is too old for the operation answers so, too: the README has the version that each needs.`
				: BASE_URL_HINT,
	},
	{
		kind: 'html',
		when: ({ isHtml }) => isHtml,
		message: ({ status }) => `A proxy in front of Dify answered ${status} with a web page`,
		hint: BASE_URL_HINT,
	},
];
