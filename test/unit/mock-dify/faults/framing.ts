import type { Rows } from './row';
import { PING, TOKENS, WHOLE, headerOf, story } from './row';

/** The same events in other bytes. */
export const framing: Rows<
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
	badJsonFrame: [
		{
			hazard: { kind: 'badJsonFrame' },
			promise: (played) =>
				story(played, [TOKENS[0] ?? '', '{"event":"message","ans', ...WHOLE.slice(1)]),
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
