import type { FaultCase } from './faultCase';
import { COMPLETE_ITEM, TEXT } from './faultCase';

/** Streams in an unusual form that contain the whole answer. */
export const unusualStreams: FaultCase[] = [
	...[1, 3, 7].map((bytes): FaultCase => ({
		name: `chunks of ${bytes} byte(s)`,
		faults: [{ kind: 'resplit', bytes }],
		expected: COMPLETE_ITEM,
	})),
	{ name: 'CRLF line ends', faults: [{ kind: 'lineEnds', with: '\r\n' }], expected: COMPLETE_ITEM },
	{
		name: 'CRLF line ends in chunks of one byte',
		faults: [
			{ kind: 'lineEnds', with: '\r\n' },
			{ kind: 'resplit', bytes: 1 },
		],
		expected: COMPLETE_ITEM,
	},
	{ name: 'CR line ends', faults: [{ kind: 'lineEnds', with: '\r' }], expected: COMPLETE_ITEM },
	{ name: 'a byte order mark', faults: [{ kind: 'bom' }], expected: COMPLETE_ITEM },
	{ name: 'comment lines', faults: [{ kind: 'comments' }], expected: COMPLETE_ITEM },
	{
		name: 'a ping before the first event',
		faults: [{ kind: 'pingFirst' }],
		expected: COMPLETE_ITEM,
	},
	{ name: 'an unknown event', faults: [{ kind: 'unknownEvent' }], expected: COMPLETE_ITEM },
	{
		name: 'an event that is not valid JSON',
		faults: [{ kind: 'badJsonFrame' }],
		expected: COMPLETE_ITEM,
		hasSkippedMessage: true,
	},
	{
		name: 'a data line of 5 MB',
		faults: [{ kind: 'hugeDataLine', bytes: 5_000_000 }],
		appKinds: ['advanced-chat'],
		expected: COMPLETE_ITEM,
	},
	{
		name: 'line separators inside a token',
		faults: [{ kind: 'lineSeparators' }],
		expected: { answer: `a\u2028b\u2029c\u0085d${TEXT}`, status: 'completed' },
	},
	{
		name: '64 tokens in one packet',
		faults: [],
		script: { text: TEXT, tokensPerPacket: 64 },
		expected: COMPLETE_ITEM,
	},
	{
		name: 'text in a message_file event',
		faults: [{ kind: 'textInMessageFile' }],
		appKinds: ['chat', 'advanced-chat'],
		expected: COMPLETE_ITEM,
	},
	{
		name: 'a message_replace event',
		faults: [{ kind: 'messageReplace', text: 'Moderated.' }],
		expected: { answer: 'Moderated.', status: 'completed' },
	},
	{
		name: 'a stream without message_end',
		faults: [{ kind: 'missingMessageEnd' }],
		appKinds: ['advanced-chat'],
		expected: COMPLETE_ITEM,
	},
	{
		name: 'a stream without workflow_finished',
		faults: [{ kind: 'missingWorkflowFinished' }],
		appKinds: ['advanced-chat'],
		expected: COMPLETE_ITEM,
	},
	{
		name: 'a connection that stays open after the last event',
		faults: [{ kind: 'openAfterEnd', ms: 20_000 }],
		expected: COMPLETE_ITEM,
	},
];
