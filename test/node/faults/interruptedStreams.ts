import type { FaultCase } from './faultCase';
import { COMPLETE_ITEM, FIRST_TWO_TOKENS, TEXT } from './faultCase';

/** Streams that break or fail. The item keeps the partial answer. */
export const interruptedStreams: FaultCase[] = [
	{
		name: 'a stream without message_end that is not recovered',
		faults: [{ kind: 'missingMessageEnd' }],
		appKinds: ['chat', 'agent-chat'],
		options: { recover: false },
		expected: {
			answer: TEXT,
			status: 'truncated',
			error: expect.stringContaining('before the answer was complete'),
		},
	},
	{
		name: 'an error event in the middle of the answer',
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
			answer: FIRST_TWO_TOKENS,
			status: 'failed',
			code: 'completion_request_error',
			http_status: 400,
			error: 'model broke',
		},
	},
	...(['cut', 'reset'] as const).flatMap((kind): FaultCase[] => [
		{
			name: `a ${kind} connection that is not recovered`,
			faults: [{ kind, afterTokens: 2 }],
			script: { text: TEXT, gapMs: 10 },
			options: { recover: false },
			expected: {
				answer: FIRST_TWO_TOKENS,
				status: 'truncated',
				error: expect.stringContaining('before the answer was complete'),
			},
		},
		{
			name: `a ${kind} connection that is recovered`,
			faults: [{ kind, afterTokens: 2 }],
			script: { text: TEXT, gapMs: 10 },
			appKinds: ['advanced-chat'],
			expected: { ...COMPLETE_ITEM, recovered: true },
		},
		{
			name: `a ${kind} connection whose message is stored without an answer`,
			faults: [{ kind, afterTokens: 2 }],
			script: { text: TEXT, gapMs: 10 },
			appKinds: ['chat', 'agent-chat'],
			expected: {
				answer: FIRST_TWO_TOKENS,
				status: 'truncated',
				error: expect.stringContaining('before the answer was complete'),
			},
			waitsForRecovery: true,
		},
	]),
	{
		name: 'a stall that exceeds the idle timeout',
		faults: [{ kind: 'stall', afterTokens: 2 }],
		options: { idleTimeout: 0.3, recover: false },
		expected: {
			answer: FIRST_TWO_TOKENS,
			status: 'timeout',
			error: expect.stringContaining('0.3 s'),
		},
	},
	{
		name: 'a stall that exceeds the maximum duration',
		faults: [{ kind: 'stall', afterTokens: 2 }],
		options: { maxDuration: 0.5 },
		expected: {
			answer: FIRST_TWO_TOKENS,
			status: 'timeout',
			error: expect.stringContaining('0.5 s'),
		},
	},
	{
		name: 'a failed workflow',
		faults: [],
		script: { text: TEXT, workflowStatus: 'failed', workflowError: 'node broke' },
		appKinds: ['advanced-chat'],
		expected: { answer: TEXT, status: 'failed', error: 'node broke' },
	},
	{
		name: 'a workflow that succeeded partially',
		faults: [],
		script: { text: TEXT, workflowStatus: 'partial-succeeded' },
		appKinds: ['advanced-chat'],
		expected: { answer: TEXT, status: 'partial' },
	},
];
