import { writeFileSync } from 'node:fs';
import type { Level } from '../calibrate/measureLevel';
import { lengthOf, measureLevel } from '../calibrate/measureLevel';
import { StampServer } from '../calibrate/stampServerProcess';
import { showLive } from '../reports/live';
import { table } from '../reports/calibration';
import type { Flags } from './flags';
import { describe, parse } from './flags';
import { UsageError } from '../usageError';
import { duration, integer, positiveDuration } from './flagValues';

const FLAGS = {
	streams: { value: 'N', help: 'only this many at once, instead of more and more' },
	'first-token': { value: 'TIME', help: 'of each stream (default 100ms)' },
	gap: { value: 'TIME', help: 'between packets (default 10ms)' },
	tokens: { value: 'N', help: 'of each stream (default 50)' },
	'tokens-per-packet': { value: 'N', help: 'written at once (default 1)' },
	duration: { value: 'TIME', help: 'of each level (default 5s)' },
	workers: { value: 'N', help: 'measuring threads, or auto' },
	json: { value: 'FILE', help: 'the levels as JSON; - for stdout' },
	help: { help: 'this' },
} satisfies Flags;

export const CALIBRATE_HELP = `dify-bench calibrate [options]

How far this machine's measuring can be trusted: a server in another process stamps each
event right before it writes it, and what is measured here is held against the stamps.
Doubles the streams until the measuring is no longer VALID, twice in a row.

${describe(FLAGS)}
`;

const FIRST_LEVEL = 25;
const LAST_LEVEL = 6_400;

/** @returns the exit code: 4 when not even the first level was measured validly */
export async function calibrateCommand(args: readonly string[]): Promise<number> {
	const { given, positionals } = parse(args, FLAGS);
	if (positionals.length > 0) throw new UsageError(`'${positionals[0]}' is no flag`);
	const stream = {
		first: given.value('first-token', duration, 100),
		gap: given.value('gap', duration, 10),
		tokens: given.value('tokens', integer(1), 50),
		packet: given.value('tokens-per-packet', integer(1), 1),
	};
	if (lengthOf(stream) === 0)
		throw new UsageError('--first-token and --gap: a stream must take some time');
	const only = given.value('streams', integer(1), undefined);
	const settings = {
		workers:
			given.text('workers') === 'auto'
				? ('auto' as const)
				: given.value('workers', integer(1), 'auto' as const),
		durationMs: given.value('duration', positiveDuration, 5_000),
	};
	const server = await StampServer.start();
	const levels: Level[] = [];
	const live = showLive(process.stderr);
	try {
		for (let streams = only ?? FIRST_LEVEL; streams <= (only ?? LAST_LEVEL); streams *= 2) {
			const measure = async (): Promise<Level> =>
				await measureLevel(server, streams, stream, settings, { onProgress: live.update });
			let level = await measure();
			// Once may be the machine's other business.
			if (level.verdict.status !== 'VALID') level = await measure();
			levels.push(level);
			if (level.verdict.status !== 'VALID') break;
		}
	} finally {
		live.end();
		server.stop();
	}
	const json = `${JSON.stringify({ format: 'dify-bench-calibration/1', stream, levels }, undefined, '\t')}\n`;
	const file = given.text('json');
	if (file === '-') process.stdout.write(json);
	else process.stdout.write(table(levels, stream));
	if (file !== undefined && file !== '-') writeFileSync(file, json);
	return levels[0]?.verdict.status === 'VALID' ? 0 : 4;
}
