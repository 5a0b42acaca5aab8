import type { Facts, FailureRule } from './failures';

const says =
	(pattern: RegExp) =>
	({ message }: Facts): boolean =>
		pattern.test(message);
const hasCode =
	(...codes: string[]) =>
	({ code }: Facts): boolean =>
		code !== undefined && codes.includes(code);
const isPage =
	(...statuses: number[]) =>
	({ isHtml, status }: Facts): boolean =>
		isHtml && status !== undefined && statuses.includes(status);

const BASE_URL_HINT =
	"Check the credential's 'Base URL': it is the address of Dify's API, such as https://api.dify.ai/v1, and not that of the web page.";
const LATER_HINT =
	'Try again later. Nothing was repeated on its own: the run may have been billed.';
const FILE_HINT =
	"Upload the file under the same 'User' as the message, with a key of the same app, and check that the app takes files of its type.";

/** What Dify and what stands in front of it are known to answer; the first that matches is it. */
export const RULES: readonly FailureRule[] = [
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
		hint: BASE_URL_HINT,
	},
	{
		kind: 'html',
		when: ({ isHtml }) => isHtml,
		message: ({ status }) => `A proxy in front of Dify answered ${status} with a web page`,
		hint: BASE_URL_HINT,
	},
	{
		kind: 'conversation_not_found',
		when: says(/^Conversation Not Exists/),
		hint: "The conversation was deleted, or belongs to another 'User' or another app. Leave 'Conversation' empty to begin a new one with a message.",
	},
	{
		kind: 'message_not_found',
		when: says(/^Message Not Exists/),
		hint: "The message was deleted, or belongs to another 'User' or another app.",
	},
	{
		kind: 'list_changed',
		when: says(/^(?:First Message|Last Conversation) Not Exists/),
		hint: 'It was deleted while the list was read: run the node again.',
	},
	{
		kind: 'variable_not_found',
		when: says(/^Conversation Variable Not Exists/),
		hint: "'Conversation > Get Variables' gives the variables of the conversation with their ids. A chatflow that was given new variables has them in new conversations.",
	},
	{
		kind: 'variable_type',
		when: says(/^Type mismatch: variable/),
		hint: "Give a value of the variable's own type: with 'Value Type' set to 'Text' a text, with 'JSON' a number, true or false, an object or a list.",
	},
	{
		kind: 'suggestions_disabled',
		when: says(/^Suggested Questions Is Disabled/),
		hint: "Switch 'Follow-up' on among the app's features in Dify, and publish the app.",
	},
	{
		kind: 'feedback_missing',
		when: says(/^rating cannot be None when feedback not exists/),
		message: () => "There is no feedback of this 'User' on the message that could be taken back",
		hint: "Choose another 'Rating', or give feedback first.",
	},
	{
		kind: 'conversation_id_invalid',
		when: says(/conversation_id[\s\S]*must be a valid UUID/),
		message: () => "'Conversation' is not an id that Dify could have given",
		hint: 'Pass on the conversation_id of an earlier answer, or leave it empty to begin a new one.',
	},
	{
		kind: 'conversation_completed',
		when: hasCode('conversation_completed'),
		hint: "Leave 'Conversation' empty to begin a new one.",
	},
	{
		kind: 'workflow_not_found',
		when: says(/^Workflow not found with id|^Invalid workflow_id format/),
		hint: "'Workflow ID' names a published version of the chatflow. Leave it out for the current one.",
	},
	{
		kind: 'unpublished',
		when: (facts) =>
			hasCode('agent_not_published')(facts) || says(/^Workflow not published/)(facts),
		hint: 'Publish the app in Dify.',
	},
	{
		kind: 'streaming_only',
		when: says(/does not support blocking mode|only supports streaming/i),
		message: () => 'Agent apps answer in streaming mode only',
		hint: "Set 'Response Mode' to 'Streaming': the node still gives one item with the whole answer.",
	},
	{
		kind: 'input_required',
		when: says(/is required in input form/),
		hint: "Fill the variable under 'Inputs'.",
	},
	{
		kind: 'input_file',
		when: says(/in input form must be a (?:list of )?files?/),
		hint: "Give the variable, under 'Inputs', the name of a binary field, a URL or an upload id.",
	},
	{
		kind: 'input_invalid',
		when: says(/in input form must be/),
		hint: "Change the variable's value under 'Inputs'.",
	},
	{
		kind: 'file_invalid',
		when: says(/^Invalid upload file|^File validation failed/),
		hint: FILE_HINT,
	},
	{
		kind: 'too_many_files',
		when: says(/Number of .*files exceeds the maximum limit|must be less than \d+ files/),
		hint: 'Send fewer files, or raise the limit in the app.',
	},
	{
		kind: 'file_unreachable',
		when: says(/^Reached maximum retries \(\d+\) for URL/),
		hint: 'Dify itself must reach the URL of the file. Upload the file instead, from a binary field.',
	},
	{
		kind: 'file_type',
		when: hasCode('unsupported_file_type'),
		hint: 'Set the MIME type of the binary field, and check that Dify takes files of its kind.',
	},
	{
		kind: 'file_name',
		when: says(/^Filename contains invalid characters/),
		hint: "Dify takes no '/' and no '\\' in a file's name: rename the file of the binary field.",
	},
	{
		kind: 'file_not_found',
		when: hasCode('file_not_found'),
		hint: "Dify gives out files that were sent with a message of this very app: send it with a message first, and use that same app's key.",
	},
	{
		kind: 'file_denied',
		when: hasCode('file_access_denied'),
		hint: "The file belongs to another app: use that app's key.",
	},
	{
		kind: 'transcription_disabled',
		when: (facts) =>
			hasCode('speech_to_text_disabled')(facts) || says(/^Speech to text is not enabled/)(facts),
		hint: "Switch 'Speech to Text' on among the app's features in Dify, and publish the app.",
	},
	{
		kind: 'speech_disabled',
		when: says(/^TTS is not enabled/),
		message: () => 'Text to speech is not enabled',
		hint: "Switch 'Text to Speech' on among the app's features in Dify, and publish the app.",
	},
	{
		kind: 'audio_too_large',
		when: hasCode('audio_too_large'),
		message: ({ message }) => message || 'The audio is larger than Dify takes',
		hint: 'Dify takes 30 MB of audio: send less at a time, or in a format that is smaller.',
	},
	{
		kind: 'audio_type',
		when: hasCode('unsupported_audio_type'),
		hint: 'Dify takes MP3, M4A, WAV, AMR and MPGA: convert the audio, or set the MIME type of the binary field.',
	},
	{
		kind: 'no_audio_model',
		when: hasCode('provider_not_support_speech_to_text', 'provider_not_support_text_to_speech'),
		hint: "Choose a model for it in Dify, under 'Settings > Model Provider > System Model Settings'.",
	},
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
