import { difyErrorResponse, nginxErrorPage } from '../../../mock-dify';
import type { FaultCase } from './faultCase';
import { COMPLETE_ITEM, TEXT } from './faultCase';

const createGatewayCase = (status: number, reason: string): FaultCase => ({
	name: `the ${status} page of a gateway`,
	faults: [nginxErrorPage(status, reason)],
	expected: {
		status: 'failed',
		http_status: status,
		error: expect.stringContaining(String(status)),
	},
});

/** Faults that have the same effect in streaming and in blocking mode. */
export const commonFaults: FaultCase[] = [
	{ name: 'a response without a fault', faults: [], expected: COMPLETE_ITEM },
	{
		name: 'response headers that arrive late',
		faults: [{ kind: 'slowHeaders', ms: 150 }],
		expected: COMPLETE_ITEM,
	},
	createGatewayCase(502, 'Bad Gateway'),
	createGatewayCase(504, 'Gateway Time-out'),
	createGatewayCase(413, 'Request Entity Too Large'),
	{
		name: 'the rate limit (429)',
		faults: [difyErrorResponse(429, 'rate_limit_error', 'Rate Limit Error')],
		expected: {
			status: 'failed',
			code: 'rate_limit_error',
			http_status: 429,
			error: 'Rate Limit Error',
		},
	},
	{
		name: 'the concurrency limit (400)',
		faults: [difyErrorResponse(400, 'invalid_param', 'Too many requests. Please try again later.')],
		expected: {
			status: 'failed',
			code: 'invalid_param',
			http_status: 400,
			error: expect.stringMatching(/^Too many requests/),
		},
	},
	{
		name: 'a web page with status 200',
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
		name: 'response headers that exceed the idle timeout',
		faults: [{ kind: 'slowHeaders', ms: 20_000 }],
		options: { idleTimeout: 0.3 },
		expected: { status: 'timeout', error: expect.stringContaining('0.3 s') },
	},
	{
		name: 'response headers that exceed the maximum duration',
		faults: [{ kind: 'slowHeaders', ms: 20_000 }],
		options: { maxDuration: 0.3 },
		expected: { status: 'timeout', error: expect.stringContaining('0.3 s') },
	},
	{
		name: 'a workflow that pauses for human input',
		faults: [],
		script: { text: TEXT, workflowStatus: 'paused' },
		appKinds: ['advanced-chat'],
		expected: {
			answer: TEXT,
			status: 'paused',
			human_input: [expect.objectContaining({ form_token: expect.any(String) })],
		},
	},
];
