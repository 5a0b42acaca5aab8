import type { FaultCase } from './faultCase';
import { TEXT, COMPLETE_ITEM } from './faultCase';

/** Streams that are odd and whole: nothing of the answer may be lost. */
export const unusualStreams: FaultCase[] = [
	...[1, 3, 7].map((bytes): FaultCase => ({
		name: `${bytes}-byte chunks`,
		faults: [{ kind: 'resplit', bytes }],
		expected: COMPLETE_ITEM,
	})),
	{ name: 'CRLF', faults: [{ kind: 'lineEnds', with: '\r\n' }], expected: COMPLETE_ITEM },
	{
		name: 'CRLF in one-byte chunks',
		faults: [
			{ kind: 'lineEnds', with: '\r\n' },
			{ kind: 'resplit', bytes: 1 },
		],
		expected: COMPLETE_ITEM,
	},
	{ name: 'lone CR', faults: [{ kind: 'lineEnds', with: '\r' }], expected: COMPLETE_ITEM },
	{ name: 'a byte order mark', faults: [{ kind: 'bom' }], expected: COMPLETE_ITEM },
	{ name: 'comments', faults: [{ kind: 'comments' }], expected: COMPLETE_ITEM },
	{ name: 'a ping first', faults: [{ kind: 'pingFirst' }], expected: COMPLETE_ITEM },
	{ name: 'an unknown event', faults: [{ kind: 'unknownEvent' }], expected: COMPLETE_ITEM },
	{ name: 'a line that is no JSON', faults: [{ kind: 'badJsonFrame' }], expected: COMPLETE_ITEM },
	{
		name: 'a 5 MB line',
		faults: [{ kind: 'hugeDataLine', bytes: 5_000_000 }],
		kinds: ['advanced-chat'],
		expected: COMPLETE_ITEM,
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
		expected: COMPLETE_ITEM,
	},
	{
		name: 'text in message_file',
		faults: [{ kind: 'textInMessageFile' }],
		kinds: ['chat', 'advanced-chat'],
		expected: COMPLETE_ITEM,
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
		expected: COMPLETE_ITEM,
	},
	{
		name: 'no workflow_finished',
		faults: [{ kind: 'missingWorkflowFinished' }],
		kinds: ['advanced-chat'],
		expected: COMPLETE_ITEM,
	},
	{
		name: 'a connection left open after the end',
		faults: [{ kind: 'openAfterEnd', ms: 20_000 }],
		expected: COMPLETE_ITEM,
	},
];
