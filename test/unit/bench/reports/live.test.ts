import { Writable } from 'node:stream';
import { progressLine, showLive } from '../../../../bench/reports/live';
import type { Progress } from '../../../../bench/result';

const PROGRESS: Progress = {
	elapsed_s: 12.4,
	left_s: 28.2,
	isWarmup: false,
	planned: 2000,
	done: 340,
	in_flight: 64,
	rate: 31.4,
	ttft_p50: 149.2,
	ttft_p95: 284.3,
	outcomes: { dify_error: 2, completed: 338, tls: 0 },
};

describe('the line', () => {
	it.each<[string, Partial<Progress>, string]>([
		[
			'usual',
			{},
			'12 s  340/2,000  29 s left  31.4/s  64 in flight  TTFT p50 149 p95 284 ms  completed 338 dify_error 2',
		],
		[
			'nothing came yet',
			{ done: 0, rate: 0, left_s: null, ttft_p50: null, ttft_p95: null, outcomes: {} },
			'12 s  0/2,000  0/s  64 in flight  TTFT p50 – p95 –',
		],
		['warm-up', { isWarmup: true, planned: 50, done: 9, elapsed_s: 0.2 }, 'warm-up 0 s  9/50'],
	])('%s', (_, change, line) => {
		expect(progressLine({ ...PROGRESS, ...change })).toMatch(
			new RegExp(`^${line.replaceAll('–', '\\u2013')}${line.startsWith('warm') ? '' : '$'}`),
		);
	});
});

/** A stream that keeps what is written to it, as a terminal of so many columns or a pipe. */
function stream(columns?: number): { written: string[]; out: NodeJS.WriteStream } {
	const written: string[] = [];
	const out = new Writable({
		write: (chunk: Buffer, _, done) => {
			written.push(chunk.toString());
			done();
		},
	});
	return { written, out: Object.assign(out, { isTTY: columns !== undefined, columns }) as never };
}

describe('a terminal', () => {
	it('has one line, cut to its width, and a clean one at the end', () => {
		const { written, out } = stream(40);
		const live = showLive(out);
		live.update(PROGRESS);
		live.update(PROGRESS);
		live.end();
		const line = `\r${progressLine(PROGRESS).slice(0, 39)}\x1b[K`;
		expect(written).toEqual([line, line, '\r\x1b[K']);
	});

	it('that does not know its width gets the whole line', () => {
		const { written, out } = stream(0);
		showLive(out).update(PROGRESS);
		expect(written[0]).toContain(progressLine(PROGRESS));
	});
});

describe('a pipe', () => {
	it('gets a line every five seconds, without control characters', () => {
		const { written, out } = stream();
		const live = showLive(out);
		for (let elapsed = 0; elapsed <= 21; elapsed += 0.25) {
			// A busy machine may skip an update.
			if (elapsed > 9 && elapsed < 12) continue;
			live.update({ ...PROGRESS, elapsed_s: elapsed });
		}
		live.end();
		expect(written.map((line) => line.slice(0, 4))).toEqual(['5 s ', '12 s', '15 s', '20 s']);
		for (const line of written) expect(line).toMatch(/^[^\x1b\r]+\n$/);
	});
});
