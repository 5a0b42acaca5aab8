import type { IDataObject } from 'n8n-workflow';
import type { Hazard, Run } from '../../local-dify';
import { nginxPage, refusal } from '../../local-dify';
import type { World } from './harness';
import { openWorld } from './harness';

/**
 * Every hazard in every app kind and mode where it makes sense: the right item, or the right failure
 * with what had arrived. All run with "Continue (on Fail)", so that both read alike.
 */

let world: World;

beforeAll(async () => {
	world = await openWorld({ lingerMs: 100 });
});

afterAll(async () => {
	await world.dify.close();
});

const TEXT = 'Grüße 👋🏽 und 你好 世界 – fünf';
const WHOLE = { answer: TEXT, status: 'completed' };
const APPS = {
	chat: 'chat-plain',
	'agent-chat': 'agent-fc',
	'advanced-chat': 'flow-plain',
} as const;
type Kind = keyof typeof APPS;
const ALL: Kind[] = ['chat', 'agent-chat', 'advanced-chat'];
/** Agent apps have no blocking mode. */
const BLOCKING: Kind[] = ['chat', 'advanced-chat'];

interface Row {
	name: string;
	hazards: Hazard[];
	script?: Run['script'];
	kinds?: Kind[];
	options?: IDataObject;
	expected: Record<string, unknown>;
}

const gateway = (status: number, reason: string): Row => ({
	name: `a gateway's ${status} page`,
	hazards: [nginxPage(status, reason)],
	expected: {
		status: 'failed',
		http_status: status,
		error: expect.stringContaining(String(status)),
	},
});

const eitherMode: Row[] = [
	{ name: 'nothing wrong', hazards: [], expected: WHOLE },
	{ name: 'slow headers', hazards: [{ kind: 'slowHeaders', ms: 150 }], expected: WHOLE },
	gateway(502, 'Bad Gateway'),
	gateway(504, 'Gateway Time-out'),
	gateway(413, 'Request Entity Too Large'),
	{
		name: '429',
		hazards: [refusal(429, 'rate_limit_error', 'Rate Limit Error')],
		expected: {
			status: 'failed',
			code: 'rate_limit_error',
			http_status: 429,
			error: 'Rate Limit Error [item 0]',
		},
	},
	{
		name: '400 for the concurrency limit',
		hazards: [refusal(400, 'invalid_param', 'Too many requests. Please try again later.')],
		expected: {
			status: 'failed',
			code: 'invalid_param',
			http_status: 400,
			error: expect.stringMatching(/^Too many requests/),
		},
	},
	{
		name: 'a web page under 200',
		hazards: [
			{ kind: 'http', status: 200, contentType: 'text/html', body: '<!DOCTYPE html><html></html>' },
		],
		expected: { status: 'failed', http_status: 200, error: expect.stringContaining('web page') },
	},
	{
		name: 'a redirect to another origin',
		hazards: [{ kind: 'redirect', to: 'http://localhost:9/v1/chat-messages' }],
		expected: {
			status: 'failed',
			http_status: 307,
			error: expect.stringContaining('http://localhost:9/'),
		},
	},
	{
		name: 'headers that never come, within the idle limit',
		hazards: [{ kind: 'slowHeaders', ms: 20_000 }],
		options: { idleTimeout: 0.3 },
		expected: { status: 'timeout', error: expect.stringContaining('0.3 s') },
	},
	{
		name: 'an answer over the duration limit',
		hazards: [{ kind: 'slowHeaders', ms: 20_000 }],
		options: { maxDuration: 0.3 },
		expected: { status: 'timeout', error: expect.stringContaining('0.3 s') },
	},
];

const streamed: Row[] = [
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
	{
		name: 'no message_end from a chatbot',
		hazards: [{ kind: 'missingMessageEnd' }],
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
		hazards: [
			{
				kind: 'errorEvent',
				afterTokens: 2,
				code: 'completion_request_error',
				status: 400,
				message: 'model broke',
			},
		],
		expected: {
			answer: 'Grüße 👋🏽',
			status: 'failed',
			code: 'completion_request_error',
			http_status: 400,
			error: 'model broke [item 0]',
		},
	},
	...(['cut', 'reset'] as const).flatMap((kind): Row[] => [
		{
			name: `${kind}, not recovered`,
			hazards: [{ kind, afterTokens: 2 }],
			script: { text: TEXT, gapMs: 10 },
			options: { recover: false },
			expected: {
				answer: 'Grüße 👋🏽',
				status: 'truncated',
				error: expect.stringContaining('before the answer was complete'),
			},
		},
		{
			name: `${kind}, recovered by reading`,
			hazards: [{ kind, afterTokens: 2 }],
			script: { text: TEXT, gapMs: 10 },
			kinds: ['advanced-chat'],
			expected: { ...WHOLE, recovered: true },
		},
		{
			name: `${kind}, and the read-back is empty`,
			hazards: [{ kind, afterTokens: 2 }],
			script: { text: TEXT, gapMs: 10 },
			kinds: ['chat', 'agent-chat'],
			expected: {
				answer: 'Grüße 👋🏽',
				status: 'truncated',
				error: expect.stringContaining('before the answer was complete'),
			},
		},
	]),
	{
		name: 'a stall, over the idle limit',
		hazards: [{ kind: 'stall', afterTokens: 2 }],
		options: { idleTimeout: 0.3, recover: false },
		expected: { answer: 'Grüße 👋🏽', status: 'timeout', error: expect.stringContaining('0.3 s') },
	},
	{
		name: 'a stall, over the duration limit',
		hazards: [{ kind: 'stall', afterTokens: 2 }],
		options: { maxDuration: 0.5 },
		expected: { answer: 'Grüße 👋🏽', status: 'timeout', error: expect.stringContaining('0.5 s') },
	},
	{
		name: 'a workflow that failed',
		hazards: [],
		script: { text: TEXT, workflowStatus: 'failed', workflowError: 'node broke' },
		kinds: ['advanced-chat'],
		expected: { answer: TEXT, status: 'failed', error: 'node broke [item 0]' },
	},
	{
		name: 'a workflow that partly succeeded',
		hazards: [],
		script: { text: TEXT, workflowStatus: 'partial-succeeded' },
		kinds: ['advanced-chat'],
		expected: { answer: TEXT, status: 'partial' },
	},
	{
		name: 'a workflow that waits for a person',
		hazards: [],
		script: { text: TEXT, workflowStatus: 'paused' },
		kinds: ['advanced-chat'],
		expected: {
			answer: TEXT,
			status: 'paused',
			human_input: [expect.objectContaining({ form_token: 'token' })],
		},
	},
];

const blocking: Row[] = [
	{
		name: 'a stream where a body was asked for',
		hazards: [{ kind: 'blockingAsSse' }],
		expected: WHOLE,
	},
	{
		name: "the model's failure",
		hazards: [
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
		name: 'a workflow that waits for a person',
		hazards: [],
		script: { text: TEXT, workflowStatus: 'paused' },
		kinds: ['advanced-chat'],
		expected: {
			answer: TEXT,
			status: 'paused',
			human_input: [expect.objectContaining({ form_token: 'token' })],
		},
	},
	{
		name: 'half a body',
		hazards: [
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
		hazards: [{ kind: 'http', status: 200, contentType: 'application/json', body: '{"ok":true}' }],
		expected: { status: 'failed', error: expect.stringContaining('{"ok":true}') },
	},
];

const cases = [
	...ALL.flatMap((kind) => rowsFor(kind, 'streaming', [...eitherMode, ...streamed])),
	...BLOCKING.flatMap((kind) => rowsFor(kind, 'blocking', [...eitherMode, ...blocking])),
];

function rowsFor(kind: Kind, mode: string, rows: Row[]): Array<[Kind, string, string, Row]> {
	return rows
		.filter(({ kinds }) => kinds === undefined || kinds.includes(kind))
		.map((row) => [kind, mode, row.name, row]);
}

it.each(cases)('%s, %s: %s', async (kind, responseMode, _, row) => {
	const { hazards, script = { text: TEXT }, options = {}, expected } = row;
	const app = APPS[kind];
	const before = world.dify.requests.length;
	world.dify.play(app, { script, hazards });
	const outcome = await world.send(
		app,
		{ responseMode, options: options as never },
		{ onError: 'continueRegularOutput' },
	);
	const json = outcome.outputs[0]?.[0]?.json;
	expect(json).toMatchObject(expected);
	if (!('error' in expected)) expect(json).not.toHaveProperty('error');
	// Asked once, whatever came of it, and the key is nowhere.
	const posts = world.dify.requests
		.slice(before)
		.filter(({ path }) => path === '/v1/chat-messages');
	expect(posts).toHaveLength(1);
	expect(JSON.stringify(outcome.run)).not.toContain(world.dify.key(app));
	if (row.name.includes('no JSON')) expect(JSON.stringify(outcome.hints)).toContain('left out');
});
