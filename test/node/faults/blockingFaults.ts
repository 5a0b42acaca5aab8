import type { FaultCase } from './faultCase';
import { COMPLETE_ITEM } from './faultCase';

/** What can happen to an answer in one body. */
export const blockingFaults: FaultCase[] = [
	{
		name: 'a stream where a body was asked for',
		faults: [{ kind: 'blockingAsSse' }],
		expected: COMPLETE_ITEM,
	},
	{
		name: "the model's failure",
		faults: [
			{
				kind: 'errorEvent',
				afterTokens: 2,
				code: 'completion_request_error',
				status: 400,
				message: 'model broke',
			},
		],
		expected: { status: 'failed', http_status: 400, error: 'model broke [item 0]' },
	},
	{
		name: 'half a body',
		faults: [
			{
				kind: 'http',
				status: 200,
				contentType: 'application/json',
				body: '{"event":"message","answer":"Gr',
			},
		],
		expected: {
			status: 'truncated',
			error: expect.stringContaining('before the answer was complete'),
		},
	},
	{
		name: 'JSON that is no answer',
		faults: [{ kind: 'http', status: 200, contentType: 'application/json', body: '{"ok":true}' }],
		expected: { status: 'failed', error: expect.stringContaining('{"ok":true}') },
	},
];
