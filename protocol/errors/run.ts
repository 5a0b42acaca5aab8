import type { ErrorRule } from './errorRule';
import { BASE_URL_HINT, hasCode, says } from './match';

/** How a run ends badly, and what no other rule knows. */
export const RUN_RULES: readonly ErrorRule[] = [
	{
		kind: 'query_required',
		when: says(/^query is required/),
		hint: "Fill 'Query'.",
	},
	{
		kind: 'wrong_app',
		when: hasCode('not_chat_app', 'app_unavailable'),
		hint: "The key must be that of a Chatbot, Agent or Chatflow app, and the app must be published. 'App > Get Info' says which kind it is.",
	},
	{
		kind: 'provider',
		when: hasCode(
			'provider_not_initialize',
			'provider_quota_exceeded',
			'model_currently_not_support',
		),
		hint: "Look at the model's provider in Dify, under 'Settings > Model Provider'.",
	},
	{
		kind: 'model_failed',
		when: hasCode('completion_request_error'),
		hint: "The model's provider refused or broke off: Dify's logs of the run say more.",
	},
	{
		kind: 'workflow_failed',
		when: ({ evidence, message }) => evidence.from === 'workflow' || /^Run failed: /.test(message),
		message: ({ message }) =>
			message.replace(/^Run failed: /, '') || 'The chatflow failed and gave no reason',
		hint: "A node of the chatflow failed: its run stands in Dify under the app's 'Logs'.",
	},
	{
		kind: 'not_found',
		when: ({ status }) => status === 404,
		message: ({ message }) => message || 'Not found (404)',
		hint: BASE_URL_HINT,
	},
	{
		kind: 'server',
		when: ({ status }) => status !== undefined && status >= 500,
		message: ({ message, status }) => message || `Dify answered ${status}`,
		hint: "Dify itself stumbled: its API's log says more.",
	},
	{
		kind: 'silent_chatflow',
		when: ({ evidence }) =>
			(evidence.from === 'stream' || evidence.from === 'limit') && !evidence.hasBegun,
		message: ({ evidence }) =>
			evidence.from === 'limit'
				? `Dify sent no part of an answer within ${evidence.seconds} s`
				: 'Dify ended the stream without an answer',
		hint: "Chatflows since Dify 1.13 are silent about a missing input, an unknown conversation and a bad file: check 'Inputs', 'Conversation' and 'Files'. If they are right, Dify's workers are busy or down.",
	},
	{
		kind: 'truncated',
		when: ({ evidence }) => evidence.from === 'stream',
		message: ({ evidence }) =>
			evidence.from === 'stream' && evidence.end === 'broken'
				? 'The connection broke before the answer was complete'
				: 'The stream ended before the answer was complete',
		hint: "What had arrived is kept. A proxy that cuts long answers is the usual cause; Dify may have the whole answer, see 'Recover'.",
	},
	{
		kind: 'cut_off',
		when: ({ evidence }) => evidence.from === 'body',
		message: () => 'The connection broke before the whole answer had come',
		hint: 'Run the node again. Where it happens every time, look at the proxies between n8n and Dify.',
	},
	{
		kind: 'idle_timeout',
		when: ({ evidence }) => evidence.from === 'limit' && evidence.limit === 'idle',
		message: ({ evidence }) =>
			`Dify sent nothing for ${evidence.from === 'limit' ? evidence.seconds : 0} s`,
		hint: "What had arrived is kept. Raise the option 'Idle Timeout' if the app needs longer.",
	},
	{
		kind: 'max_duration',
		when: ({ evidence }) => evidence.from === 'limit',
		message: ({ evidence }) =>
			`The answer was not complete after ${evidence.from === 'limit' ? evidence.seconds : 0} s`,
		hint: "What had arrived is kept, and the run was stopped. Raise the option 'Max Duration' if the app needs longer.",
	},
	{
		kind: 'unreachable',
		when: ({ evidence }) => evidence.from === 'network',
		message: ({ evidence }) =>
			`Dify could not be reached (${evidence.from === 'network' ? evidence.code : ''})`,
		hint: "Check the credential's 'Base URL', and that n8n's machine can reach it: inside Docker, localhost is the container itself.",
	},
	{
		kind: 'other',
		when: () => true,
		message: ({ message, evidence, status }) =>
			message ||
			(evidence.from === 'http' && evidence.body !== ''
				? `Dify answered ${status}: ${evidence.body.slice(0, 200)}`
				: `Dify answered ${status ?? 'without a reason'}`),
		hint: "See the app's 'Logs' in Dify for the run.",
	},
];
