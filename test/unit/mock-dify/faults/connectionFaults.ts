import { eventNames, eventsNamed } from '../sendChatMessage';
import type { FaultCases } from './faultCase';
import {
	CHATBOT,
	CHATFLOW,
	PING,
	CHATFLOW_TIMEOUT_MS,
	TOKEN_EVENTS,
	expectAtLeastMs,
	getHeader,
	expectEvents,
} from './faultCase';

/** Cases of responses that are late, replaced, interrupted or kept open after their end. */
export const connectionFaults: FaultCases<
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
			fault: { kind: 'cut', afterTokens: 2 },
			verify: (response) => {
				expectEvents(response, TOKEN_EVENTS.slice(0, 2));
				expect([response.status, response.ended, response.chunks.length]).toEqual([
					200,
					'clean',
					2,
				]);
			},
		},
		{
			fault: { kind: 'cut', afterTokens: 0 },
			verify: ({ body, ended }) => expect([body.length, ended]).toEqual([0, 'clean']),
		},
		{
			// After the last token: the answer is complete, but its end event is missing.
			fault: { kind: 'cut', afterTokens: 4 },
			verify: (response) => expectEvents(response, TOKEN_EVENTS.slice(0, 4)),
		},
	],
	reset: [
		{
			fault: { kind: 'reset', afterTokens: 2 },
			verify: (response) => {
				expectEvents(response, TOKEN_EVENTS.slice(0, 2));
				expect(response.ended).toBe('reset');
			},
		},
	],
	stall: [
		{
			fault: { kind: 'stall', afterTokens: 1 },
			read: { idleTimeoutMs: 500 },
			verify: (response) => {
				expectEvents(response, TOKEN_EVENTS.slice(0, 1));
				expect(response.ended).toBe('client_closed');
			},
		},
	],
	slowHeaders: (['streaming', 'blocking'] as const).map((response_mode) => ({
		fault: { kind: 'slowHeaders', ms: 150 },
		body: { response_mode },
		verify: (response) => {
			expectAtLeastMs(response.headersAtMs, 150);
			expect([response.status, response.ended]).toEqual([200, 'clean']);
		},
	})),
	errorEvent: [
		{
			fault: { kind: 'errorEvent', afterTokens: 1, code: 'c', status: 418, message: 'm' },
			verify: (response) => {
				expectEvents(response, ['message:Grüße', 'error']);
				const [{ message_id, ...error } = {}] = eventsNamed(response.events, 'error');
				expect(error).toEqual({
					event: 'error',
					conversation_id: expect.any(String),
					created_at: expect.any(Number),
					code: 'c',
					status: 418,
					message: 'm',
				});
				expect(message_id).toEqual(eventsNamed(response.events, 'message')[0]?.message_id);
				expect([response.status, response.ended]).toEqual([200, 'clean']);
			},
		},
		{
			fault: { kind: 'errorEvent', afterTokens: 1, code: 'c', status: 418, message: 'm' },
			body: { response_mode: 'blocking' },
			verify: ({ status, body }) => {
				expect(status).toBe(418);
				expect(JSON.parse(body.toString())).toEqual({ code: 'c', message: 'm', status: 418 });
			},
		},
	],
	http: [
		{
			fault: {
				kind: 'http',
				status: 429,
				contentType: 'text/plain',
				body: 'error 1015',
				headers: { 'Retry-After': '7' },
			},
			verify: (response) => {
				expect([response.status, response.body.toString()]).toEqual([429, 'error 1015']);
				expect(getHeader(response, 'content-type')).toMatch(/^text\/plain/);
				expect(getHeader(response, 'retry-after')).toBe('7');
			},
		},
	],
	redirect: [undefined, 302].map((status) => ({
		fault: { kind: 'redirect', to: 'http://elsewhere.invalid/v1', status },
		verify: (response) => {
			expect([response.status, response.body.length]).toEqual([status ?? 307, 0]);
			expect(getHeader(response, 'location')).toBe('http://elsewhere.invalid/v1');
		},
	})),
	pingOnly: [
		{
			fault: { kind: 'pingOnly' },
			app: CHATFLOW,
			verify: ({ body, ended, endedAtMs }) => {
				expect([body.toString(), ended]).toEqual([PING, 'clean']);
				expectAtLeastMs(endedAtMs, CHATFLOW_TIMEOUT_MS);
			},
		},
	],
	openAfterEnd: [CHATBOT, CHATFLOW].map((app) => ({
		fault: { kind: 'openAfterEnd', ms: 60_000 },
		app,
		read: { idleTimeoutMs: 500 },
		verify: ({ events, ended }) => {
			expect(eventNames(events)).toContain('message_end');
			expect(ended).toBe('client_closed');
		},
	})),
};
