import { writeFileSync } from 'node:fs';
import { measureLevel, streamLengthMs } from '../calibrate/measureLevel';
import { StampServer } from '../calibrate/stampServerProcess';
import type { CalibrationLevel, StreamShape } from '../calibrationResult';
import { calibrationReport } from '../reports/calibration';
import { showLiveProgress } from '../reports/liveProgress';
import { EXIT_CODES } from '../thresholds/exitCode';
import { UsageError } from '../usageError';
import type { FlagDefinitions, FlagReader } from './flags';
import { describeFlags, parseFlagsOnly } from './flags';
import { integerParser, parseDuration, parsePositiveDuration, parseWorkers } from './flagValues';

const FLAGS = {
	streams: {
		placeholder: 'N',
		help: 'measure only this number of streams (default: double it each time)',
	},
	'first-token': {
		placeholder: 'TIME',
		help: 'time to the first token of a stream (default 100ms)',
	},
	gap: { placeholder: 'TIME', help: 'time between two packets (default 10ms)' },
	tokens: { placeholder: 'N', help: 'number of tokens of a stream (default 50)' },
	'tokens-per-packet': { placeholder: 'N', help: 'number of tokens in a packet (default 1)' },
	duration: { placeholder: 'TIME', help: 'length of each measurement (default 5s)' },
	workers: { placeholder: 'N', help: 'number of measuring threads, or auto (default)' },
	json: { placeholder: 'FILE', help: 'write the levels as JSON (- for stdout)' },
	help: { help: 'show this help' },
} satisfies FlagDefinitions;

export const CALIBRATE_HELP = `dify-bench calibrate [options]

Measures how accurate the times of this machine are. A server in another process stamps
each event directly before it sends it, and the measured times are compared with the stamps.
The number of streams is doubled until the measurement is not VALID twice in a row.

${describeFlags(FLAGS)}
`;

const FIRST_LEVEL = 25;
const LAST_LEVEL = 6_400;

/** Runs `dify-bench calibrate`. Returns exit code 4 if not even the first level is valid. */
export async function calibrateCommand(args: readonly string[]): Promise<number> {
	const flags = parseFlagsOnly(args, FLAGS);
	const shape = readShape(flags);
	const streams = flags.value('streams', integerParser(1), undefined);
	const settings = {
		workers: flags.value('workers', parseWorkers, 'auto' as const),
		durationMs: flags.value('duration', parsePositiveDuration, 5_000),
	};
	const server = await StampServer.start();
	const live = showLiveProgress(process.stderr);
	const measure = async (count: number): Promise<CalibrationLevel> =>
		await measureLevel(server, { streams: count, shape, ...settings }, { onProgress: live.update });
	const levels = await measureLevels(measure, streams).finally(() => {
		live.end();
		server.stop();
	});
	const json = `${JSON.stringify({ format: 'dify-bench-calibration/1', stream: shape, levels }, undefined, '\t')}\n`;
	const file = flags.text('json');
	if (file === '-') process.stdout.write(json);
	else process.stdout.write(calibrationReport(levels, shape));
	if (file !== undefined && file !== '-') writeFileSync(file, json);
	return levels[0]?.verdict.status === 'VALID' ? EXIT_CODES.pass : EXIT_CODES.invalid;
}

/** Measures the given number of streams, or increasing numbers until the measurement is not valid. */
async function measureLevels(
	measure: (streams: number) => Promise<CalibrationLevel>,
	only: number | undefined,
): Promise<CalibrationLevel[]> {
	const levels: CalibrationLevel[] = [];
	for (let streams = only ?? FIRST_LEVEL; streams <= (only ?? LAST_LEVEL); streams *= 2) {
		let level = await measure(streams);
		// Other programs on the machine can disturb a single measurement.
		if (level.verdict.status !== 'VALID') level = await measure(streams);
		levels.push(level);
		if (level.verdict.status !== 'VALID') break;
	}
	return levels;
}

function readShape(flags: FlagReader): StreamShape {
	const shape = {
		first: flags.value('first-token', parseDuration, 100),
		gap: flags.value('gap', parseDuration, 10),
		tokens: flags.value('tokens', integerParser(1), 50),
		packet: flags.value('tokens-per-packet', integerParser(1), 1),
	};
	if (streamLengthMs(shape) === 0) {
		throw new UsageError('--first-token and --gap cannot both be 0: a stream must take some time');
	}
	return shape;
}
