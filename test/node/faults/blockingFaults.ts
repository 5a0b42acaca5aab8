import type { FaultCase } from './faultCase';
import { COMPLETE_ITEM } from './faultCase';

/** Faults of a blocking response. */
export const blockingFaults: FaultCase[] = [
	{
		name: 'an event stream in place of a JSON body',
		faults: [{ kind: 'blockingAsSse' }],
		expected: COMPLETE_ITEM,
	},
	{
		name: 'an error of the model',
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
		name: 'a body that ends too early',
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
		name: 'JSON that is not an answer',
		faults: [{ kind: 'http', status: 200, contentType: 'application/json', body: '{"ok":true}' }],
		expected: { status: 'failed', error: expect.stringContaining('{"ok":true}') },
	},
];
