import type { Hazard, LocalDify, Run } from '../../local-dify';
import { startLocalDify } from '../../local-dify';
import type { Played } from './ask';
import { askFor, named, storyOf } from './ask';
import type { Reading } from './rawClient';

/** Every hazard does on the wire what it promises: read over a bare socket, chunk by chunk. */

let dify: LocalDify;

beforeAll(async () => {
	dify = await startLocalDify({ lingerMs: 20, silenceMs: SILENCE_MS });
});

afterAll(async () => {
	await dify.close();
});

const SILENCE_MS = 150;
const TEXT = 'Grüße 👋🏽 zum 你好';
const TOKENS = ['message:Grüße', 'message: 👋🏽', 'message: zum', 'message: 你好', 'message:'];
const WHOLE = [...TOKENS, 'message_end'];
const PING = 'event: ping\n\n';
const [CHATBOT, CHATFLOW] = ['chat-plain', 'flow-plain'];

interface Row<Kind extends Hazard['kind']> {
	hazard: Extract<Hazard, { kind: Kind }>;
	script?: Run['script'];
	app?: string;
	more?: Record<string, unknown>;
	reading?: Reading;
	promise: (played: Played) => void;
}

/** A timer may fire a little before its time. */
const atLeast = (ms: number, least: number): void => expect(ms).toBeGreaterThan(least - 3);
const story = (played: Played, expected: string[]): void =>
	expect(storyOf(played.events)).toEqual(expected);
const headerOf = ({ headers }: Played, name: string): string | undefined =>
	headers.find(([key]) => key === name)?.[1];

const ROWS: { [Kind in Hazard['kind']]: Array<Row<Kind>> } = {
	cut: [
		{
			hazard: { kind: 'cut', afterTokens: 2 },
			promise: (played) => {
				story(played, TOKENS.slice(0, 2));
				expect([played.status, played.ended, played.chunks.length]).toEqual([200, 'clean', 2]);
			},
		},
		{
			hazard: { kind: 'cut', afterTokens: 0 },
			promise: ({ body, ended }) => expect([body.length, ended]).toEqual([0, 'clean']),
		},
		{
			// After the last token: all of the text, none of the end.
			hazard: { kind: 'cut', afterTokens: 4 },
			promise: (played) => story(played, TOKENS.slice(0, 4)),
		},
	],
	reset: [
		{
			hazard: { kind: 'reset', afterTokens: 2 },
			promise: (played) => {
				story(played, TOKENS.slice(0, 2));
				expect(played.ended).toBe('reset');
			},
		},
	],
	stall: [
		{
			hazard: { kind: 'stall', afterTokens: 1 },
			reading: { silenceMs: 500 },
			promise: (played) => {
				story(played, TOKENS.slice(0, 1));
				expect(played.ended).toBe('left');
			},
		},
	],
	slowHeaders: (['streaming', 'blocking'] as const).map((response_mode) => ({
		hazard: { kind: 'slowHeaders', ms: 150 },
		more: { response_mode },
		promise: (played) => {
			atLeast(played.headersAtMs, 150);
			expect([played.status, played.ended]).toEqual([200, 'clean']);
		},
	})),
	errorEvent: [
		{
			hazard: { kind: 'errorEvent', afterTokens: 1, code: 'c', status: 418, message: 'm' },
			promise: (played) => {
				story(played, ['message:Grüße', 'error']);
				const [{ message_id, ...error } = {}] = named(played.events, 'error');
				expect(error).toEqual({
					event: 'error',
					conversation_id: expect.any(String),
					created_at: expect.any(Number),
					code: 'c',
					status: 418,
					message: 'm',
				});
				expect(message_id).toEqual(named(played.events, 'message')[0]?.message_id);
				expect([played.status, played.ended]).toEqual([200, 'clean']);
			},
		},
		{
			hazard: { kind: 'errorEvent', afterTokens: 1, code: 'c', status: 418, message: 'm' },
			more: { response_mode: 'blocking' },
			promise: ({ status, body }) => {
				expect(status).toBe(418);
				expect(JSON.parse(body.toString())).toEqual({ code: 'c', message: 'm', status: 418 });
			},
		},
	],
	http: [
		{
			hazard: {
				kind: 'http',
				status: 429,
				contentType: 'text/plain',
				body: 'error 1015',
				headers: { 'Retry-After': '7' },
			},
			promise: (played) => {
				expect([played.status, played.body.toString()]).toEqual([429, 'error 1015']);
				expect(headerOf(played, 'content-type')).toMatch(/^text\/plain/);
				expect(headerOf(played, 'retry-after')).toBe('7');
			},
		},
	],
	resplit: [1, 3].map((bytes) => ({
		hazard: { kind: 'resplit', bytes },
		promise: (played) => {
			story(played, WHOLE);
			expect(played.chunks.every(({ length }) => length <= bytes)).toBe(true);
			// Characters are split too.
			expect(played.chunks.some((chunk) => chunk.toString().includes('\uFFFD'))).toBe(true);
		},
	})),
	lineEnds: (['\r\n', '\r'] as const).map((end) => ({
		hazard: { kind: 'lineEnds', with: end },
		promise: (played) => {
			story(played, WHOLE);
			const text = played.body.toString();
			expect(text.split(`${end}${end}`)).toHaveLength(WHOLE.length + 1);
			expect(text.replaceAll(end, '')).not.toMatch(/[\r\n]/);
		},
	})),
	bom: [
		{
			hazard: { kind: 'bom' },
			promise: (played) => {
				expect(played.body.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
				expect(played.body.toString().lastIndexOf('\uFEFF')).toBe(0);
				// The mark stands before the first event, whose line is then no data line.
				story(played, WHOLE.slice(1));
			},
		},
	],
	comments: [
		{
			hazard: { kind: 'comments' },
			promise: (played) => {
				story(played, WHOLE);
				for (const chunk of played.chunks) {
					expect(chunk.toString()).toMatch(/^: a comment\ndata: .*\n\n: another\n$/);
				}
			},
		},
	],
	pingFirst: [
		{
			hazard: { kind: 'pingFirst' },
			promise: (played) => {
				expect(played.chunks[0]?.toString()).toBe(PING);
				story(played, WHOLE);
			},
		},
	],
	pingOnly: [
		{
			hazard: { kind: 'pingOnly' },
			app: CHATFLOW,
			promise: ({ body, ended, endedAtMs }) => {
				expect([body.toString(), ended]).toEqual([PING, 'clean']);
				atLeast(endedAtMs, SILENCE_MS);
			},
		},
	],
	hugeDataLine: [
		{
			hazard: { kind: 'hugeDataLine', bytes: 1_000_000 },
			app: CHATFLOW,
			promise: ({ events, chunks, ended }) => {
				const [huge] = named(events, 'node_finished').slice(1);
				expect(JSON.stringify(huge).length).toBeGreaterThan(1_000_000);
				expect(chunks.some(({ length }) => length > 1_000_000)).toBe(true);
				expect(ended).toBe('clean');
			},
		},
	],
	textInMessageFile: [
		{
			hazard: { kind: 'textInMessageFile' },
			promise: (played) =>
				story(
					played,
					WHOLE.map((line) => line.replace('message:', 'message_file:')),
				),
		},
	],
	messageReplace: [
		{
			hazard: { kind: 'messageReplace', text: 'No.' },
			promise: (played) => story(played, [...TOKENS, 'message_replace:No.', 'message_end']),
		},
		{
			hazard: { kind: 'messageReplace', text: 'No.', when: 'after-workflow-finished' },
			app: CHATFLOW,
			promise: ({ events }) => {
				expect(storyOf(events).slice(-3)).toEqual([
					'message_end',
					'workflow_finished',
					'message_replace:No.',
				]);
				const [finished] = named(events, 'workflow_finished');
				expect(finished?.data).toMatchObject({ outputs: { answer: TEXT } });
			},
		},
		{
			hazard: { kind: 'messageReplace', text: 'No.' },
			more: { response_mode: 'blocking' },
			promise: ({ body }) => expect(JSON.parse(body.toString())).toMatchObject({ answer: 'No.' }),
		},
	],
	missingMessageEnd: [
		{
			hazard: { kind: 'missingMessageEnd' },
			promise: (played) => {
				story(played, TOKENS);
				expect(played.ended).toBe('clean');
			},
		},
		{
			hazard: { kind: 'missingMessageEnd' },
			app: CHATFLOW,
			promise: ({ events }) =>
				expect(storyOf(events).slice(-2)).toEqual(['node_finished', 'workflow_finished']),
		},
	],
	missingWorkflowFinished: [
		{
			hazard: { kind: 'missingWorkflowFinished' },
			app: CHATFLOW,
			promise: ({ events, ended }) => {
				expect(storyOf(events).slice(-2)).toEqual(['node_finished', 'message_end']);
				expect(ended).toBe('clean');
			},
		},
	],
	openAfterEnd: [CHATBOT, CHATFLOW].map((app) => ({
		hazard: { kind: 'openAfterEnd', ms: 60_000 },
		app,
		reading: { silenceMs: 500 },
		promise: ({ events, ended }) => {
			expect(storyOf(events)).toContain('message_end');
			expect(ended).toBe('left');
		},
	})),
	blockingAsSse: [
		{
			hazard: { kind: 'blockingAsSse' },
			more: { response_mode: 'blocking' },
			promise: (played) => {
				expect(headerOf(played, 'content-type')).toBe('text/event-stream; charset=utf-8');
				story(played, WHOLE);
			},
		},
	],
	redirect: [undefined, 302].map((status) => ({
		hazard: { kind: 'redirect', to: 'http://elsewhere.invalid/v1', status },
		promise: (played) => {
			expect([played.status, played.body.length]).toEqual([status ?? 307, 0]);
			expect(headerOf(played, 'location')).toBe('http://elsewhere.invalid/v1');
		},
	})),
	badJsonFrame: [
		{
			hazard: { kind: 'badJsonFrame' },
			promise: (played) =>
				story(played, [TOKENS[0] ?? '', '{"event":"message","ans', ...WHOLE.slice(1)]),
		},
	],
	unknownEvent: [
		{
			hazard: { kind: 'unknownEvent' },
			promise: (played) => story(played, ['brand_new_event', ...WHOLE]),
		},
	],
	lineSeparators: [
		{
			hazard: { kind: 'lineSeparators' },
			promise: (played) => {
				story(played, ['message:a\u2028b\u2029c\u0085d', ...WHOLE]);
				// Raw, as Dify writes them, and not escaped.
				expect(played.body.toString()).toContain('a\u2028b\u2029c\u0085d');
			},
		},
	],
};

const rows = Object.entries(ROWS).flatMap(([kind, ofKind]) =>
	(ofKind as Array<Row<Hazard['kind']>>).map((row, index) => [kind, index + 1, row] as const),
);

it.each(rows)('%s (%d)', async (_kind, _index, row) => {
	const { hazard, script = { text: TEXT }, app = CHATBOT, more, reading } = row;
	row.promise(await askFor(dify, app, { script, hazards: [hazard] }, more, reading));
});

it('without a hazard: an event a chunk, a stamp a chunk, a clean end', async () => {
	const played = await askFor(dify, CHATBOT, { script: { text: TEXT } });
	story(played, WHOLE);
	expect(played.chunks.map((chunk) => chunk.toString())).toEqual(
		played.events.map((event) => `data: ${JSON.stringify(event)}\n\n`),
	);
	expect(played.stamps).toHaveLength(played.chunks.length);
	expect(played.ended).toBe('clean');
});

it('plays a run once, and then the app’s own', async () => {
	await askFor(dify, CHATBOT, { script: { text: TEXT }, hazards: [{ kind: 'bom' }] });
	const next = await askFor(dify, CHATBOT, { script: { text: 'next' } });
	story(next, ['message:next', 'message:', 'message_end']);
});
