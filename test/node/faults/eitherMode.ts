import { nginxErrorPage, difyErrorResponse } from '../../../mock-dify';
import type { Row } from './row';
import { TEXT, WHOLE } from './row';

const gateway = (status: number, reason: string): Row => ({
	name: `a gateway's ${status} page`,
	faults: [nginxErrorPage(status, reason)],
	expected: {
		status: 'failed',
		http_status: status,
		error: expect.stringContaining(String(status)),
	},
});

/** What can happen to either mode alike. */
export const eitherMode: Row[] = [
	{ name: 'nothing wrong', faults: [], expected: WHOLE },
	{ name: 'slow headers', faults: [{ kind: 'slowHeaders', ms: 150 }], expected: WHOLE },
	gateway(502, 'Bad Gateway'),
	gateway(504, 'Gateway Time-out'),
	gateway(413, 'Request Entity Too Large'),
	{
		name: '429',
		faults: [difyErrorResponse(429, 'rate_limit_error', 'Rate Limit Error')],
		expected: {
			status: 'failed',
			code: 'rate_limit_error',
			http_status: 429,
			error: 'Rate Limit Error',
		},
	},
	{
		name: '400 for the concurrency limit',
		faults: [difyErrorResponse(400, 'invalid_param', 'Too many requests. Please try again later.')],
		expected: {
			status: 'failed',
			code: 'invalid_param',
			http_status: 400,
			error: expect.stringMatching(/^Too many requests/),
		},
	},
	{
		name: 'a web page under 200',
		faults: [
			{ kind: 'http', status: 200, contentType: 'text/html', body: '<!DOCTYPE html><html></html>' },
		],
		expected: { status: 'failed', http_status: 200, error: expect.stringContaining('web page') },
	},
	{
		name: 'a redirect to another origin',
		faults: [{ kind: 'redirect', to: 'http://localhost:9/v1/chat-messages' }],
		expected: {
			status: 'failed',
			http_status: 307,
			error: expect.stringContaining('http://localhost:9/'),
		},
	},
	{
		name: 'headers that never come, within the idle limit',
		faults: [{ kind: 'slowHeaders', ms: 20_000 }],
		options: { idleTimeout: 0.3 },
		expected: { status: 'timeout', error: expect.stringContaining('0.3 s') },
	},
	{
		name: 'an answer over the duration limit',
		faults: [{ kind: 'slowHeaders', ms: 20_000 }],
		options: { maxDuration: 0.3 },
		expected: { status: 'timeout', error: expect.stringContaining('0.3 s') },
	},
	{
		name: 'a workflow that waits for a person',
		faults: [],
		script: { text: TEXT, workflowStatus: 'paused' },
		kinds: ['advanced-chat'],
		expected: {
			answer: TEXT,
			status: 'paused',
			human_input: [expect.objectContaining({ form_token: expect.any(String) })],
		},
	},
];
