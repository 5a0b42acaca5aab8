import type { Row } from './row';
import { TEXT, WHOLE } from './row';

/** Streams that are odd and whole: nothing of the answer may be lost. */
export const oddStreams: Row[] = [
	...[1, 3, 7].map((bytes): Row => ({
		name: `${bytes}-byte chunks`,
		faults: [{ kind: 'resplit', bytes }],
		expected: WHOLE,
	})),
	{ name: 'CRLF', faults: [{ kind: 'lineEnds', with: '\r\n' }], expected: WHOLE },
	{
		name: 'CRLF in one-byte chunks',
		faults: [
			{ kind: 'lineEnds', with: '\r\n' },
			{ kind: 'resplit', bytes: 1 },
		],
		expected: WHOLE,
	},
	{ name: 'lone CR', faults: [{ kind: 'lineEnds', with: '\r' }], expected: WHOLE },
	{ name: 'a byte order mark', faults: [{ kind: 'bom' }], expected: WHOLE },
	{ name: 'comments', faults: [{ kind: 'comments' }], expected: WHOLE },
	{ name: 'a ping first', faults: [{ kind: 'pingFirst' }], expected: WHOLE },
	{ name: 'an unknown event', faults: [{ kind: 'unknownEvent' }], expected: WHOLE },
	{ name: 'a line that is no JSON', faults: [{ kind: 'badJsonFrame' }], expected: WHOLE },
	{
		name: 'a 5 MB line',
		faults: [{ kind: 'hugeDataLine', bytes: 5_000_000 }],
		kinds: ['advanced-chat'],
		expected: WHOLE,
	},
	{
		name: 'line separators inside a token',
		faults: [{ kind: 'lineSeparators' }],
		expected: { answer: `a\u2028b\u2029c\u0085d${TEXT}`, status: 'completed' },
	},
	{
		name: '64 tokens in a packet',
		faults: [],
		script: { text: TEXT, tokensPerPacket: 64 },
		expected: WHOLE,
	},
	{
		name: 'text in message_file',
		faults: [{ kind: 'textInMessageFile' }],
		kinds: ['chat', 'advanced-chat'],
		expected: WHOLE,
	},
	{
		name: 'message_replace',
		faults: [{ kind: 'messageReplace', text: 'Moderated.' }],
		expected: { answer: 'Moderated.', status: 'completed' },
	},
	{
		name: 'no message_end',
		faults: [{ kind: 'missingMessageEnd' }],
		kinds: ['advanced-chat'],
		expected: WHOLE,
	},
	{
		name: 'no workflow_finished',
		faults: [{ kind: 'missingWorkflowFinished' }],
		kinds: ['advanced-chat'],
		expected: WHOLE,
	},
	{
		name: 'a connection left open after the end',
		faults: [{ kind: 'openAfterEnd', ms: 20_000 }],
		expected: WHOLE,
	},
];
