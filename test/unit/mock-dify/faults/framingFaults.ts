import type { FaultCases } from './faultCase';
import { PING, TOKEN_EVENTS, ALL_EVENTS, getHeader, expectEvents } from './faultCase';

/** Cases of unusual framing: the events are the same, but the bytes differ. */
export const framingFaults: FaultCases<
	| 'resplit'
	| 'lineEnds'
	| 'bom'
	| 'comments'
	| 'pingFirst'
	| 'blockingAsSse'
	| 'badJsonFrame'
	| 'lineSeparators'
> = {
	resplit: [1, 3].map((bytes) => ({
		fault: { kind: 'resplit', bytes },
		verify: (response) => {
			expectEvents(response, ALL_EVENTS);
			expect(response.chunks.every(({ length }) => length <= bytes)).toBe(true);
			// Characters of several bytes are split too.
			expect(response.chunks.some((chunk) => chunk.toString().includes('\uFFFD'))).toBe(true);
		},
	})),
	lineEnds: (['\r\n', '\r'] as const).map((end) => ({
		fault: { kind: 'lineEnds', with: end },
		verify: (response) => {
			expectEvents(response, ALL_EVENTS);
			const text = response.body.toString();
			expect(text.split(`${end}${end}`)).toHaveLength(ALL_EVENTS.length + 1);
			expect(text.replaceAll(end, '')).not.toMatch(/[\r\n]/);
		},
	})),
	bom: [
		{
			fault: { kind: 'bom' },
			verify: (response) => {
				expect(response.body.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
				expect(response.body.toString().lastIndexOf('\uFEFF')).toBe(0);
				// The helper does not remove the byte order mark, so the first line is not a data line for it.
				expectEvents(response, ALL_EVENTS.slice(1));
			},
		},
	],
	comments: [
		{
			fault: { kind: 'comments' },
			verify: (response) => {
				expectEvents(response, ALL_EVENTS);
				for (const chunk of response.chunks) {
					expect(chunk.toString()).toMatch(/^: a comment\ndata: .*\n\n: another\n$/);
				}
			},
		},
	],
	pingFirst: [
		{
			fault: { kind: 'pingFirst' },
			verify: (response) => {
				expect(response.chunks[0]?.toString()).toBe(PING);
				expectEvents(response, ALL_EVENTS);
			},
		},
	],
	blockingAsSse: [
		{
			fault: { kind: 'blockingAsSse' },
			body: { response_mode: 'blocking' },
			verify: (response) => {
				expect(getHeader(response, 'content-type')).toBe('text/event-stream; charset=utf-8');
				expectEvents(response, ALL_EVENTS);
			},
		},
	],
	badJsonFrame: [
		{
			fault: { kind: 'badJsonFrame' },
			verify: (response) =>
				expectEvents(response, [
					TOKEN_EVENTS[0] ?? '',
					'{"event":"message","ans',
					...ALL_EVENTS.slice(1),
				]),
		},
	],
	lineSeparators: [
		{
			fault: { kind: 'lineSeparators' },
			verify: (response) => {
				expectEvents(response, ['message:a\u2028b\u2029c\u0085d', ...ALL_EVENTS]);
				// Dify does not escape these characters.
				expect(response.body.toString()).toContain('a\u2028b\u2029c\u0085d');
			},
		},
	],
};
