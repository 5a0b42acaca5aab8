import type { Row } from './row';
import { TEXT, WHOLE } from './row';

/** Streams that are odd and whole: nothing of the answer may be lost. */
export const oddStreams: Row[] = [
	...[1, 3, 7].map((bytes): Row => ({
		name: `${bytes}-byte chunks`,
		hazards: [{ kind: 'resplit', bytes }],
		expected: WHOLE,
	})),
	{ name: 'CRLF', hazards: [{ kind: 'lineEnds', with: '\r\n' }], expected: WHOLE },
	{
		name: 'CRLF in one-byte chunks',
		hazards: [
			{ kind: 'lineEnds', with: '\r\n' },
			{ kind: 'resplit', bytes: 1 },
		],
		expected: WHOLE,
	},
	{ name: 'lone CR', hazards: [{ kind: 'lineEnds', with: '\r' }], expected: WHOLE },
	{ name: 'a byte order mark', hazards: [{ kind: 'bom' }], expected: WHOLE },
	{ name: 'comments', hazards: [{ kind: 'comments' }], expected: WHOLE },
	{ name: 'a ping first', hazards: [{ kind: 'pingFirst' }], expected: WHOLE },
	{ name: 'an unknown event', hazards: [{ kind: 'unknownEvent' }], expected: WHOLE },
	{ name: 'a line that is no JSON', hazards: [{ kind: 'badJsonFrame' }], expected: WHOLE },
	{
		name: 'a 5 MB line',
		hazards: [{ kind: 'hugeDataLine', bytes: 5_000_000 }],
		kinds: ['advanced-chat'],
		expected: WHOLE,
	},
	{
		name: 'line separators inside a token',
		hazards: [{ kind: 'lineSeparators' }],
		expected: { answer: `a\u2028b\u2029c\u0085d${TEXT}`, status: 'completed' },
	},
	{
		name: '64 tokens in a packet',
		hazards: [],
		script: { text: TEXT, tokensPerPacket: 64 },
		expected: WHOLE,
	},
	{
		name: 'text in message_file',
		hazards: [{ kind: 'textInMessageFile' }],
		kinds: ['chat', 'advanced-chat'],
		expected: WHOLE,
	},
	{
		name: 'message_replace',
		hazards: [{ kind: 'messageReplace', text: 'Moderated.' }],
		expected: { answer: 'Moderated.', status: 'completed' },
	},
	{
		name: 'no message_end',
		hazards: [{ kind: 'missingMessageEnd' }],
		kinds: ['advanced-chat'],
		expected: WHOLE,
	},
	{
		name: 'no workflow_finished',
		hazards: [{ kind: 'missingWorkflowFinished' }],
		kinds: ['advanced-chat'],
		expected: WHOLE,
	},
	{
		name: 'a connection left open after the end',
		hazards: [{ kind: 'openAfterEnd', ms: 20_000 }],
		expected: WHOLE,
	},
];
