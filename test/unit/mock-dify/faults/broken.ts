import { named, storyOf } from '../ask';
import type { Rows } from './row';
import { CHATBOT, CHATFLOW, PING, SILENCE_MS, TOKENS, atLeast, headerOf, story } from './row';

/** Answers that are late, other than asked for, cut short, or never over. */
export const broken: Rows<
	| 'cut'
	| 'reset'
	| 'stall'
	| 'slowHeaders'
	| 'errorEvent'
	| 'http'
	| 'redirect'
	| 'pingOnly'
	| 'openAfterEnd'
> = {
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
	redirect: [undefined, 302].map((status) => ({
		hazard: { kind: 'redirect', to: 'http://elsewhere.invalid/v1', status },
		promise: (played) => {
			expect([played.status, played.body.length]).toEqual([status ?? 307, 0]);
			expect(headerOf(played, 'location')).toBe('http://elsewhere.invalid/v1');
		},
	})),
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
	openAfterEnd: [CHATBOT, CHATFLOW].map((app) => ({
		hazard: { kind: 'openAfterEnd', ms: 60_000 },
		app,
		reading: { silenceMs: 500 },
		promise: ({ events, ended }) => {
			expect(storyOf(events)).toContain('message_end');
			expect(ended).toBe('left');
		},
	})),
};
