import type { CalibrationLevel, ErrorStatistics, StreamShape } from '../calibrationResult';
import { formatCount } from './format';
import { plainTable } from './terminalText';

const COLUMNS = [
	'streams',
	'workers',
	'events/s',
	'busy',
	'first p50',
	'first p90',
	'first p99',
	'all p50',
	'all p90',
	'all p99',
	'covered',
	'verdict',
];

/**
 * Returns the result of `dify-bench calibrate` as text for a terminal. The columns `first` and `all` are
 * the errors of first tokens and of all events, in ms. `covered` is the percentage of events whose server
 * time lies in the interval that the client certified (+0.3 ms). The key in the JSON is `held_percent`.
 */
export function calibrationReport(
	levels: readonly CalibrationLevel[],
	{ tokens, first, packet, gap }: StreamShape,
): string {
	const rows = levels.map((level) => [
		String(level.streams),
		String(level.workers),
		level.events_per_second.toFixed(0),
		`${(level.elu * 100).toFixed(0)} %`,
		...formatErrors(level.first_tokens),
		...formatErrors(level.events),
		`${level.held_percent.toFixed(1)} %`,
		level.verdict.status,
	]);
	const lastValid = levels.filter(({ verdict }) => verdict.status === 'VALID').at(-1);
	const failedChecks = levels.flatMap(({ streams, verdict }) =>
		verdict.checks
			.filter(({ status }) => status !== 'VALID')
			.map(({ message }) => `${formatCount(streams, 'stream')}: ${message}`),
	);
	return [
		`Each stream has ${formatCount(tokens, 'token')}: the first after ${first} ms, then ${formatCount(packet, 'token')} every ${gap} ms.`,
		'',
		...plainTable(
			'Error of this client in ms (first: first tokens, all: all events)',
			COLUMNS,
			rows,
		),
		'',
		lastValid === undefined
			? 'Not even the smallest number of streams can be measured validly on this machine.'
			: `This machine can measure up to ${lastValid.streams} concurrent streams validly.`,
		...failedChecks,
		'',
	].join('\n');
}

function formatErrors({ p50, p90, p99 }: ErrorStatistics): string[] {
	return [p50, p90, p99].map((errorMs) => errorMs.toFixed(3));
}
