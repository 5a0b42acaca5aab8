import type { Row } from './row';
import { WHOLE } from './row';

/** What can happen to an answer in one body. */
export const bodies: Row[] = [
	{
		name: 'a stream where a body was asked for',
		faults: [{ kind: 'blockingAsSse' }],
		expected: WHOLE,
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
		expected: { status: 'failed', http_status: 400, error: 'model broke' },
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
