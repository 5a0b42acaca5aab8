import type { Progress } from '../result';
import { OUTCOMES } from '../result';
import { formatNumber, formatQuantity } from './format';

/** Seconds between two lines if the output is not a terminal. */
const LINE_INTERVAL_S = 5;

export interface LiveProgress {
	update: (progress: Progress) => void;
	/** Clears the progress line, so that the report starts on an empty line. */
	end: () => void;
}

/**
 * Shows the progress of a run. A terminal gets one line that each update replaces. A pipe or file gets
 * a new line every five seconds. Use stderr, because the reports go to stdout.
 */
export function showLiveProgress(stream: NodeJS.WriteStream): LiveProgress {
	return stream.isTTY ? redrawLine(stream) : appendLines(stream);
}

function redrawLine(stream: NodeJS.WriteStream): LiveProgress {
	return {
		update: (progress) => {
			// A terminal may wrap a line that fills all columns, and the next update would not replace both
			// lines. Therefore one column stays free. Some pseudo-terminals report zero columns.
			const line = formatProgress(progress).slice(0, (stream.columns || Infinity) - 1);
			stream.write(`\r${line}\x1b[K`);
		},
		end: () => {
			stream.write('\r\x1b[K');
		},
	};
}

function appendLines(stream: NodeJS.WriteStream): LiveProgress {
	let nextLineAtS = LINE_INTERVAL_S;
	return {
		update: (progress) => {
			if (progress.elapsed_s < nextLineAtS) return;
			nextLineAtS = (Math.floor(progress.elapsed_s / LINE_INTERVAL_S) + 1) * LINE_INTERVAL_S;
			stream.write(`${formatProgress(progress)}\n`);
		},
		end: () => undefined,
	};
}

/** Formats the progress line. The most important values come first, because a narrow terminal cuts the rest. */
export function formatProgress(progress: Progress): string {
	const { elapsed_s: elapsedS, left_s: leftS, isWarmup, planned, done, outcomes } = progress;
	const counts = OUTCOMES.filter((outcome) => (outcomes[outcome] ?? 0) > 0).map(
		(outcome) => `${outcome} ${formatNumber(outcomes[outcome] ?? 0)}`,
	);
	return [
		`${isWarmup ? 'warm-up ' : ''}${Math.floor(elapsedS)} s`,
		`${formatNumber(done)}/${formatNumber(planned)}`,
		leftS === null ? '' : `${Math.ceil(leftS)} s left`,
		`${formatNumber(progress.rate)}/s`,
		`${formatNumber(progress.in_flight)} in flight`,
		`TTFT p50 ${formatNumber(progress.ttft_p50)} p95 ${formatQuantity(progress.ttft_p95, 'ms')}`,
		counts.join(' '),
	]
		.filter((part) => part !== '')
		.join('  ');
}
