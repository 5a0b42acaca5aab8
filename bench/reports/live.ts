import type { Progress } from '../result';
import { OUTCOMES } from '../result';
import { number, quantity } from './format';

/** Between two lines where nothing can be redrawn. */
const LINE_EVERY_S = 5;

export interface Live {
	update: (progress: Progress) => void;
	/** Takes the line away, so that the report begins on a clean one. */
	end: () => void;
}

/**
 * Shows how a run goes: on a terminal one line, redrawn with each update; in a pipe a line every five
 * seconds. Meant for stderr: stdout is the reports'.
 */
export function showLive(stream: NodeJS.WriteStream): Live {
	return stream.isTTY ? redrawn(stream) : lines(stream);
}

function redrawn(stream: NodeJS.WriteStream): Live {
	return {
		update: (progress) => {
			// One column stays free: a terminal may wrap a full line, and the next would not cover it.
			// Some pseudo-terminals say that they have no columns.
			const line = progressLine(progress).slice(0, (stream.columns || Infinity) - 1);
			stream.write(`\r${line}\x1b[K`);
		},
		end: () => {
			stream.write('\r\x1b[K');
		},
	};
}

function lines(stream: NodeJS.WriteStream): Live {
	let nextAt = LINE_EVERY_S;
	return {
		update: (progress) => {
			if (progress.elapsed_s < nextAt) return;
			nextAt = (Math.floor(progress.elapsed_s / LINE_EVERY_S) + 1) * LINE_EVERY_S;
			stream.write(`${progressLine(progress)}\n`);
		},
		end: () => undefined,
	};
}

/** The most telling first: a narrow terminal cuts the rest. */
export function progressLine(progress: Progress): string {
	const { elapsed_s: elapsed, left_s: left, isWarmup, planned, done, outcomes } = progress;
	const ended = OUTCOMES.filter((outcome) => (outcomes[outcome] ?? 0) > 0);
	return [
		`${isWarmup ? 'warm-up ' : ''}${Math.floor(elapsed)} s`,
		`${number(done)}/${number(planned)}`,
		left === null ? [] : `${Math.ceil(left)} s left`,
		`${number(progress.rate)}/s`,
		`${number(progress.in_flight)} in flight`,
		`TTFT p50 ${number(progress.ttft_p50)} p95 ${quantity(progress.ttft_p95, 'ms')}`,
		ended.map((outcome) => `${outcome} ${number(outcomes[outcome] ?? 0)}`).join(' '),
	]
		.flat()
		.filter((part) => part !== '')
		.join('  ');
}
