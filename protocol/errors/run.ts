import type { ErrorRule } from './errorRule';
import { BASE_URL_HINT, hasCode, messageMatches, withSenderText } from './errorRule';
import { NETWORK_RULES } from './network';

/**
 * Errors of the run itself: the app, the model, the workflow, a broken stream, a timeout.
 * The last rule matches everything.
 */
export const RUN_RULES: readonly ErrorRule[] = [
	{
		kind: 'query_required',
		matches: messageMatches(/^query is required/),
		hint: "Enter a text in 'Query'. If it is an expression, check that it has a value for this item.",
	},
	{
		kind: 'wrong_app',
		matches: hasCode('not_chat_app', 'app_unavailable'),
		hint: "Use the API key of a Chatbot, Agent or Chatflow app, and publish the app. Use 'App > Get Info' to see the app's mode.",
	},
	{
		kind: 'provider',
		matches: hasCode(
			'provider_not_initialize',
			'provider_quota_exceeded',
			'model_currently_not_support',
		),
		hint: "Check the model's provider in Dify under 'Settings > Model Provider'.",
	},
	{
		kind: 'model_failed',
		matches: hasCode('completion_request_error'),
		hint: "The model's provider rejected the request or ended it early. Check the run in the app's 'Logs' in Dify.",
	},
	{
		kind: 'workflow_failed',
		matches: ({ isWorkflowFailure }) => isWorkflowFailure,
		message: ({ message }) => message || 'The chatflow failed without giving a reason',
		hint: "A node of the chatflow failed. Check the run in the app's 'Logs' in Dify.",
	},
	{
		kind: 'not_found',
		matches: ({ status }) => status === 404,
		message: ({ message }) => message || 'Not found (404)',
		hint: BASE_URL_HINT,
	},
	{
		kind: 'server',
		matches: ({ status }) => status !== undefined && status >= 500,
		message: (error) => error.message || withSenderText(`Dify returned ${error.status}`, error),
		hint: ({ code }) =>
			code === undefined
				? "The server returned an error that does not have the form of Dify's errors. Check the logs of Dify's API server and of the gateways in front of it."
				: "Dify returned a server error. Check the log of Dify's API server.",
	},
	{
		// See langgenius/dify#37197 and docs/dify-api.md#known-problems.
		kind: 'silent_chatflow',
		matches: ({ source }) =>
			(source.from === 'streamEnd' || source.from === 'timeout') && !source.hasBegun,
		message: ({ source }) =>
			source.from === 'timeout'
				? `Dify sent no part of an answer within ${source.seconds} s`
				: 'Dify ended the stream without an answer',
		hint: "Dify's workers are busy or not running, or the app needs more time. Chatflows of Dify 1.13 and 1.14 also send no answer when an input is missing, the conversation is unknown or a file is invalid. In this case check 'Inputs', 'Conversation' and 'Files'.",
	},
	{
		kind: 'truncated',
		matches: ({ source }) => source.from === 'streamEnd',
		message: ({ source }) =>
			source.from === 'streamEnd' && source.end === 'broken'
				? 'The connection broke before the answer was complete'
				: 'The stream ended before the answer was complete',
		hint: "The node keeps the part that arrived. The usual cause is a proxy that closes long responses. If the option 'Recover' is disabled, enable it to read the rest of the answer from Dify.",
	},
	{
		kind: 'cut_off',
		matches: ({ source }) => source.from === 'truncatedBody',
		message: () => 'The connection broke before the response was complete',
		hint: 'Run the node again. If this happens every time, check the proxies between n8n and Dify.',
	},
	{
		kind: 'idle_timeout',
		matches: ({ source }) => source.from === 'timeout' && source.limit === 'idle',
		message: ({ source }) =>
			`Dify sent nothing for ${source.from === 'timeout' ? source.seconds : 0} s`,
		hint: "The node keeps the part that arrived. Raise the option 'Idle Timeout' if the app needs more time.",
	},
	{
		kind: 'max_duration',
		matches: ({ source }) => source.from === 'timeout',
		message: ({ source }) =>
			`The answer was not complete after ${source.from === 'timeout' ? source.seconds : 0} s`,
		hint: "The node stopped the run and keeps the part that arrived. Raise the option 'Max Duration' if the app needs more time.",
	},
	{
		kind: 'request_timeout',
		matches: ({ source }) => source.from === 'requestTimeout',
		message: ({ source }) =>
			`Dify did not answer completely within ${source.from === 'requestTimeout' ? source.seconds : 0} s`,
		hint: "Dify or a proxy in front of it is slow or overloaded. Run the node again, and check the log of Dify's API server if this happens every time.",
	},
	{
		kind: 'response_too_large',
		matches: ({ source }) => source.from === 'bodySize',
		message: ({ source }) =>
			`The response is larger than ${source.from === 'bodySize' ? Math.round(source.limitBytes / 1024 / 1024) : 0} MB, the most that the node accepts`,
		hint: "The node stopped reading to protect n8n's memory. Check what the app or a proxy in front of Dify returns. For lists, set a smaller 'Limit'.",
	},
	{
		kind: 'unexpected_response',
		matches: ({ source }) => source.from === 'unexpectedBody',
		message: ({ source }) =>
			source.from === 'unexpectedBody'
				? `Unexpected response to ${source.endpoint}: ${source.found}`
				: '',
		hint: "This is not how Dify answers this request. A gateway may have answered instead of Dify. Check what the address in the credential's 'Base URL' returns.",
	},
	...NETWORK_RULES,
	{
		kind: 'other',
		matches: () => true,
		hint: ({ source }) =>
			source.from === 'http' && source.status < 300
				? 'This is not how Dify answers. A gateway may have answered instead of Dify.'
				: "Check the run in the app's 'Logs' in Dify.",
	},
];
