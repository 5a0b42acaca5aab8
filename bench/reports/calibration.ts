import type { CalibrationLevel, ErrorStatistics, StreamShape } from '../calibrationResult';
import { plainTable } from './terminalText';

/** The levels of a calibration, for a terminal. */
export function table(levels: readonly CalibrationLevel[], stream: StreamShape): string {
	const head = [
		'streams',
		'workers',
		'events/s',
		'busy',
		'first token p50',
		'p90',
		'p99',
		'all events p50',
		'p90',
		'p99',
		'held',
		'verdict',
	];
	const rows = levels.map((level) => [
		String(level.streams),
		String(level.workers),
		level.events_per_second.toFixed(0),
		`${(level.elu * 100).toFixed(0)} %`,
		...times(level.first_tokens),
		...times(level.events),
		`${level.held_percent.toFixed(1)} %`,
		level.verdict.status,
	]);
	const honest = levels.filter(({ verdict }) => verdict.status === 'VALID').at(-1);
	return [
		`Streams of ${stream.tokens} tokens, the first after ${stream.first} ms, then ${stream.packet} every ${stream.gap} ms.`,
		'',
		...plainTable('What this client adds to the truth, in ms', head, rows),
		'',
		honest === undefined
			? 'This machine measured none of these validly.'
			: `Up to ${honest.streams} such streams at once were measured validly.`,
		...levels.flatMap(({ streams, verdict }) =>
			verdict.checks
				.filter(({ status }) => status !== 'VALID')
				.map(({ message }) => `${streams} streams: ${message}`),
		),
		'',
	].join('\n');
}

function times({ p50, p90, p99 }: ErrorStatistics): string[] {
	return [p50, p90, p99].map((ms) => ms.toFixed(3));
}
