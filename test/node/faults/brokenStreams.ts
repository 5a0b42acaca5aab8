import type { Row } from './row';
import { TEXT, TWO_TOKENS, WHOLE } from './row';

/** Streams that break off or fail: what had arrived is kept. */
export const brokenStreams: Row[] = [
	{
		name: 'no message_end from a chatbot',
		faults: [{ kind: 'missingMessageEnd' }],
		kinds: ['chat', 'agent-chat'],
		options: { recover: false },
		expected: {
			answer: TEXT,
			status: 'truncated',
			error: expect.stringContaining('before the answer was complete'),
		},
	},
	{
		name: 'an error event in the middle',
		faults: [
			{
				kind: 'errorEvent',
				afterTokens: 2,
				code: 'completion_request_error',
				status: 400,
				message: 'model broke',
			},
		],
		expected: {
			answer: TWO_TOKENS,
			status: 'failed',
			code: 'completion_request_error',
			http_status: 400,
			error: 'model broke',
		},
	},
	...(['cut', 'reset'] as const).flatMap((kind): Row[] => [
		{
			name: `${kind}, not recovered`,
			faults: [{ kind, afterTokens: 2 }],
			script: { text: TEXT, gapMs: 10 },
			options: { recover: false },
			expected: {
				answer: TWO_TOKENS,
				status: 'truncated',
				error: expect.stringContaining('before the answer was complete'),
			},
		},
		{
			name: `${kind}, recovered by reading`,
			faults: [{ kind, afterTokens: 2 }],
			script: { text: TEXT, gapMs: 10 },
			kinds: ['advanced-chat'],
			expected: { ...WHOLE, recovered: true },
		},
		{
			name: `${kind}, and the read-back is empty`,
			faults: [{ kind, afterTokens: 2 }],
			script: { text: TEXT, gapMs: 10 },
			kinds: ['chat', 'agent-chat'],
			expected: {
				answer: TWO_TOKENS,
				status: 'truncated',
				error: expect.stringContaining('before the answer was complete'),
			},
		},
	]),
	{
		name: 'a stall, over the idle limit',
		faults: [{ kind: 'stall', afterTokens: 2 }],
		options: { idleTimeout: 0.3, recover: false },
		expected: { answer: TWO_TOKENS, status: 'timeout', error: expect.stringContaining('0.3 s') },
	},
	{
		name: 'a stall, over the duration limit',
		faults: [{ kind: 'stall', afterTokens: 2 }],
		options: { maxDuration: 0.5 },
		expected: { answer: TWO_TOKENS, status: 'timeout', error: expect.stringContaining('0.5 s') },
	},
	{
		name: 'a workflow that failed',
		faults: [],
		script: { text: TEXT, workflowStatus: 'failed', workflowError: 'node broke' },
		kinds: ['advanced-chat'],
		expected: { answer: TEXT, status: 'failed', error: 'node broke' },
	},
	{
		name: 'a workflow that partly succeeded',
		faults: [],
		script: { text: TEXT, workflowStatus: 'partial-succeeded' },
		kinds: ['advanced-chat'],
		expected: { answer: TEXT, status: 'partial' },
	},
];
