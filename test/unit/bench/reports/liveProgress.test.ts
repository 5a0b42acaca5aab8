import { Writable } from 'node:stream';
import { formatProgress, showLiveProgress } from '../../../../bench/reports/liveProgress';
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

describe('live progress line:', () => {
	it.each<[string, Partial<Progress>, string]>([
		[
			'of a usual run',
			{},
			'12 s  340/2,000  29 s left  31.4/s  64 in flight  TTFT p50 149 p95 284 ms  completed 338 dify_error 2',
		],
		[
			'before the first token',
			{ done: 0, rate: 0, left_s: null, ttft_p50: null, ttft_p95: null, outcomes: {} },
			'12 s  0/2,000  0/s  64 in flight  TTFT p50 – p95 –',
		],
		[
			'during the warm-up',
			{ isWarmup: true, planned: 50, done: 9, elapsed_s: 0.2 },
			'warm-up 0 s  9/50',
		],
	])('%s', (_, change, line) => {
		expect(formatProgress({ ...PROGRESS, ...change })).toMatch(
			new RegExp(`^${line.replaceAll('–', '\\u2013')}${line.startsWith('warm') ? '' : '$'}`),
		);
	});
});

/** Returns a stream that records its output: a terminal if `columns` is given, otherwise a pipe. */
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

describe('live progress on a terminal:', () => {
	it('redraws one line, cuts it to the width, and clears it at the end', () => {
		const { written, out } = stream(40);
		const progress = showLiveProgress(out);
		progress.update(PROGRESS);
		progress.update(PROGRESS);
		progress.end();
		const line = `\r${formatProgress(PROGRESS).slice(0, 39)}\x1b[K`;
		expect(written).toEqual([line, line, '\r\x1b[K']);
	});

	it('shows the whole line if the width is unknown', () => {
		const { written, out } = stream(0);
		showLiveProgress(out).update(PROGRESS);
		expect(written[0]).toContain(formatProgress(PROGRESS));
	});
});

describe('live progress in a pipe:', () => {
	it('prints a line every five seconds, without control characters', () => {
		const { written, out } = stream();
		const progress = showLiveProgress(out);
		for (let elapsed = 0; elapsed <= 21; elapsed += 0.25) {
			// A busy machine may skip updates.
			if (elapsed > 9 && elapsed < 12) continue;
			progress.update({ ...PROGRESS, elapsed_s: elapsed });
		}
		progress.end();
		expect(written.map((line) => line.slice(0, 4))).toEqual(['5 s ', '12 s', '15 s', '20 s']);
		for (const line of written) expect(line).toMatch(/^[^\x1b\r]+\n$/);
	});
});
