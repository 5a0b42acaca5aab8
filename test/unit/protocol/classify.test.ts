import { CHAT_RULES } from '../../../protocol/errors/chat';
import type { ErrorSource } from '../../../protocol/errors/classify';
import { classifyError } from '../../../protocol/errors/classify';
import { FILE_RULES } from '../../../protocol/errors/files';
import { ACCESS_RULES, GATEWAY_RULES } from '../../../protocol/errors/gateway';
import { RATE_LIMIT_RULES } from '../../../protocol/errors/rateLimit';
import { RUN_RULES } from '../../../protocol/errors/run';
import { bodyOf, headerOf, recording, recordingNames, VERSIONS } from '../../fixtures/recordings';

const http = (status: number, body: string, contentType = 'application/json'): ErrorSource => ({
	from: 'http',
	status,
	contentType,
	body,
});
const json = (status: number, code: string, message: string): ErrorSource =>
	http(status, JSON.stringify({ code, message, status }));
const htmlPage = (status: number): ErrorSource =>
	http(status, '<html><head><title>x</title></head></html>', 'text/html');

/** At least one row for each rule: the expected kind and the source of the error. */
const rows: Array<[string, ErrorSource]> = [
	['redirect', { ...http(307, ''), location: 'https://other/' } as ErrorSource],
	['unauthorized', json(401, 'unauthorized', 'Access token is invalid')],
	['app_disabled', json(403, 'forbidden', "The app's API service has been disabled.")],
	['forbidden', json(403, 'forbidden', "You don't have the permission to access it.")],
	['rate_limited', json(429, 'rate_limit_error', 'Rate Limit Error')],
	['rate_limited', http(429, 'error 1015', 'text/plain')],
	['concurrency_limit', json(400, 'invalid_param', 'Too many requests. Please try again later.')],
	['gateway_timeout', htmlPage(504)],
	['gateway_timeout', http(524, '')],
	['body_too_large', htmlPage(413)],
	['file_too_large', json(413, 'file_too_large', '')],
	['not_dify', htmlPage(404)],
	['not_dify', htmlPage(200)],
	['html', htmlPage(403)],
	[
		'conversation_not_found',
		json(
			404,
			'not_found',
			'Conversation Not Exists. You have requested this URI [/v1/x] but did you mean /v1/y ?',
		),
	],
	['message_not_found', json(404, 'not_found', 'Message Not Exists.')],
	['list_changed', json(404, 'not_found', 'Last Conversation Not Exists.')],
	['list_changed', json(404, 'not_found', 'First Message Not Exists.')],
	['variable_not_found', json(404, 'not_found', 'Conversation Variable Not Exists.')],
	[
		'variable_type',
		json(400, 'bad_request', "Type mismatch: variable 'x' expects number, but got string type"),
	],
	['form_not_found', json(404, 'not_found', 'Form not found.')],
	[
		'form_submitted',
		json(412, 'human_input_form_submitted', 'This form has already been submitted by another user'),
	],
	['form_expired', json(412, 'human_input_form_expired', 'This form has expired, form_id=x')],
	['form_invalid', json(400, 'invalid_form_data', 'Missing required inputs: comment')],
	['run_not_found', json(404, 'not_found', 'Workflow run not found.')],
	['suggestions_disabled', json(400, 'bad_request', 'Suggested Questions Is Disabled.')],
	[
		'feedback_missing',
		json(400, 'invalid_param', 'rating cannot be None when feedback not exists'),
	],
	[
		'conversation_id_invalid',
		json(
			400,
			'invalid_param',
			'1 validation error for ChatRequestPayload\nconversation_id\n  Value error, conversation_id must be a valid UUID',
		),
	],
	['conversation_completed', json(400, 'conversation_completed', 'The conversation has ended.')],
	['workflow_not_found', json(404, 'not_found', 'Workflow not found with id: x')],
	['unpublished', json(400, 'invalid_param', 'Workflow not published')],
	['streaming_only', json(400, 'invalid_param', 'Agent Chat App does not support blocking mode')],
	['input_required', json(400, 'invalid_param', 'name is required in input form')],
	['input_file', json(400, 'invalid_param', 'doc in input form must be a file')],
	['input_invalid', json(400, 'invalid_param', 'age in input form must be a valid number')],
	['file_invalid', json(400, 'invalid_param', 'Invalid upload file')],
	[
		'too_many_files',
		json(400, 'invalid_param', 'Number of image files exceeds the maximum limit 3'),
	],
	['file_unreachable', json(400, 'invalid_param', 'Reached maximum retries (3) for URL http://x/')],
	['file_type', json(415, 'unsupported_file_type', 'File type not allowed.')],
	['file_name', json(400, 'invalid_param', 'Filename contains invalid characters')],
	['file_not_found', json(404, 'file_not_found', 'File not found in message context')],
	['file_denied', json(403, 'file_access_denied', 'Access to the requested file is denied.')],
	['transcription_disabled', json(400, 'invalid_param', 'Speech to text is not enabled')],
	['transcription_disabled', json(400, 'speech_to_text_disabled', 'It is off.')],
	['speech_disabled', json(400, 'invalid_param', 'TTS is not enabled')],
	['audio_too_large', json(413, 'audio_too_large', 'Audio size larger than 30 mb')],
	['audio_too_large', json(413, 'audio_too_large', '')],
	['audio_type', json(415, 'unsupported_audio_type', 'Audio type not allowed.')],
	[
		'no_audio_model',
		json(400, 'provider_not_support_speech_to_text', 'Provider not support speech to text.'),
	],
	['query_required', json(400, 'invalid_param', 'query is required')],
	[
		'wrong_app',
		json(400, 'not_chat_app', 'Please check if your app mode matches the right API route.'),
	],
	['provider', json(400, 'provider_quota_exceeded', 'Your quota has been exhausted.')],
	[
		'model_failed',
		{
			from: 'event',
			code: 'completion_request_error',
			status: 400,
			message: 'Incorrect API key provided',
		},
	],
	['workflow_failed', { from: 'workflow', message: 'node broke' }],
	['workflow_failed', json(400, 'invalid_param', 'Run failed: node broke')],
	[
		'workflow_failed',
		{ from: 'event', code: 'invalid_param', status: 400, message: 'Run failed: node broke' },
	],
	['not_found', json(404, 'not_found', '')],
	['server', json(500, 'internal_server_error', 'The server encountered an internal error')],
	['silent_chatflow', { from: 'streamEnd', end: 'ended', hasBegun: false }],
	['silent_chatflow', { from: 'timeout', limit: 'idle', seconds: 3, hasBegun: false }],
	['truncated', { from: 'streamEnd', end: 'broken', hasBegun: true }],
	['cut_off', { from: 'truncatedBody' }],
	['idle_timeout', { from: 'timeout', limit: 'idle', seconds: 3, hasBegun: true }],
	['max_duration', { from: 'timeout', limit: 'total', seconds: 3, hasBegun: true }],
	['unreachable', { from: 'network', code: 'ECONNREFUSED' }],
	['host_not_found', { from: 'network', code: 'ENOTFOUND' }],
	['host_not_found', { from: 'network', code: 'EAI_AGAIN' }],
	['certificate_untrusted', { from: 'network', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
	['certificate_untrusted', { from: 'network', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }],
	['certificate_expired', { from: 'network', code: 'CERT_HAS_EXPIRED' }],
	['certificate_name', { from: 'network', code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
	['tls_mismatch', { from: 'network', code: 'ERR_SSL_WRONG_VERSION_NUMBER' }],
	['tls_mismatch', { from: 'network', code: 'ERR_SSL_PACKET_LENGTH_TOO_LONG' }],
	['tls_failed', { from: 'network', code: 'EPROTO' }],
	['not_http', { from: 'network', code: 'HPE_INVALID_CONSTANT' }],
	[
		'blocked_by_n8n',
		{
			from: 'network',
			code: 'The request was blocked because it resolves to a restricted IP address',
		},
	],
	['connection_lost', { from: 'network', code: 'ECONNRESET', startsRun: true }],
	['connection_lost', { from: 'network', code: 'socket hang up' }],
	['request_timeout', { from: 'requestTimeout', seconds: 30 }],
	['response_too_large', { from: 'bodySize', limitBytes: 64 * 1024 * 1024 }],
	['unexpected_response', { from: 'unexpectedBody', endpoint: 'GET /info', found: '7' }],
	['proxy_auth', htmlPage(407)],
	['gateway_unauthorized', htmlPage(401)],
	['gateway_unauthorized', http(401, '{"error":"missing x-gateway-key"}')],
	['gateway_timeout', http(503, 'reset reason: overflow', 'text/plain')],
	['server', http(500, '{"error":{"message":"quota exhausted"}}')],
	['html', htmlPage(500)],
	['other', json(418, 'teapot', 'short and stout')],
	['other', http(418, '')],
];

it.each(rows)('classifyError: recognizes %s: %j', (kind, source) => {
	const error = classifyError(source);
	expect(error.kind).toBe(kind);
	expect(error.message).not.toBe('');
	expect(error.message).not.toContain('You have requested this URI');
	expect(error.hint.length).toBeGreaterThan(10);
});

it('classifyError: this test has a row for every rule', () => {
	const rules = [
		...ACCESS_RULES,
		...RATE_LIMIT_RULES,
		...GATEWAY_RULES,
		...CHAT_RULES,
		...FILE_RULES,
		...RUN_RULES,
	];
	expect(new Set(rows.map(([kind]) => kind))).toEqual(new Set(rules.map(({ kind }) => kind)));
});

it("classifyError: its own texts avoid the words that n8n's guidelines exclude", () => {
	for (const [, source] of rows) {
		if (source.from === 'http' || source.from === 'event') continue;
		const { message, hint } = classifyError(source);
		expect(`${message} ${hint}`).not.toMatch(/\b(error|problem|failure|mistake)\b/i);
	}
});

it.each([
	[
		'1.11 and later',
		{ code: 'invalid_param', message: 'inputs are wrong', status: 400 },
		'invalid_param',
		'inputs are wrong',
	],
	[
		'1.8 to 1.10',
		{
			errors: { inputs: 'Missing required parameter' },
			message: 'Input payload validation failed',
		},
		undefined,
		'Input payload validation failed inputs: Missing required parameter',
	],
	[
		'before 1.8',
		{ code: 'invalid_param', message: 'is missing', params: 'inputs' },
		'invalid_param',
		'is missing (inputs)',
	],
])('classifyError: parses the error body of Dify %s', (_, body, code, message) => {
	expect(classifyError(http(400, JSON.stringify(body)))).toMatchObject({
		code,
		message,
		status: 400,
	});
});

const recordedErrors = VERSIONS.flatMap((version) =>
	recordingNames(version)
		.map((name) => recording(version, name))
		.filter(({ response }) => response.status >= 400)
		.map((recorded) => [version, recorded.name, recorded] as const),
);

const recordedCodes = new Set(
	recordedErrors.flatMap(([, , recorded]) =>
		Array.from(
			bodyOf(recorded)
				.toString()
				.matchAll(/"code": ?"(\w+)"/g),
			([, code]) => code,
		),
	),
);

it('classifyError: recordings contain codes', () => {
	expect(recordedCodes).toContain('file_not_found');
});

it.each([...recordedCodes])('classifyError: code %s without a message has a message', (code) => {
	for (const message of ['', ' ', undefined, null]) {
		const body = JSON.stringify({ code, message, status: 404 });
		for (const source of [http(404, body), { from: 'event', code, message } as ErrorSource]) {
			expect(classifyError(source).message.trim()).not.toBe('');
		}
	}
});

it.each(recordedErrors)(
	'classifyError: recording %s %s keeps code, status and message',
	(_, __, recorded) => {
		const contentType = headerOf(recorded, 'content-type');
		const body = bodyOf(recorded).toString();
		const error = classifyError({
			from: 'http',
			status: recorded.response.status,
			contentType,
			body,
		});
		expect(error.status).toBe(recorded.response.status);
		expect(error.message).not.toBe('');
		if (contentType.startsWith('application/json')) {
			expect(error.code).toBe((JSON.parse(body) as { code: string }).code);
			expect(error.kind).not.toBe('html');
		}
	},
);

describe('classifyError: blames what failed', () => {
	it.each<[string, ErrorSource, string]>([
		['a gateway', http(401, '{"error":"missing x-gateway-key"}'), 'missing x-gateway-key'],
		['a model server', http(500, '{"error":{"message":"quota exhausted"}}'), 'quota exhausted'],
		['a service mesh', http(503, 'reset reason: overflow', 'text/plain'), 'reset reason: overflow'],
		['a web page', http(502, '<html><title>Bad day</title></html>', 'text/html'), 'Bad day'],
	])('shows the words of %s', (_, source, words) => {
		expect(classifyError(source).message).toContain(words);
	});

	it('says that a run may have begun only if the request starts a run', () => {
		const lost = { from: 'network', code: 'ECONNRESET' } as const;
		expect(classifyError({ ...lost, startsRun: true }).hint).toContain('may be in progress');
		expect(classifyError(lost).hint).not.toContain('may be in progress');
	});

	it.each([
		'DEPTH_ZERO_SELF_SIGNED_CERT',
		'ERR_SSL_WRONG_VERSION_NUMBER',
		'ECONNRESET',
		'ENOTFOUND',
	])('does not speak of localhost for %s', (code) => {
		expect(classifyError({ from: 'network', code }).hint).not.toContain('localhost');
	});
});
