import { parseArgs } from 'node:util';
import { paint, runScript, UsageError } from '../terminal';
import type { FuzzOptions } from './run';
import { fuzz, TARGETS } from './run';

const HELP = `Changes recorded responses of Dify at random and looks for what must not happen: raw errors, hangs,
wrong successes, repeated messages and leaked keys. The same seed gives the same rounds.

  npm run fuzz                                       runs all targets
  npm run fuzz -- --seed 1 --target stream --round 5 repeats one round

Options
  --seed N          the seed (default: 1)
  --rounds N        rounds of each target of protocol/ (default: 5000)
  --node-rounds N   executions of the node in n8n's engine (default: 300)
  --target NAME     only this target: ${TARGETS.join(', ')}
  --round N         only this round
  --help            prints this help`;

/** `npm run fuzz`: exits with 1 if there is a finding. */
async function main(args: string[]): Promise<void> {
	const options = readOptions(args);
	if (options === undefined) {
		console.log(HELP);
		return;
	}
	const { seed } = options;
	console.log(`Seed ${seed}. The same seed gives the same rounds.\n`);
	let total = 0;
	const findings = await fuzz({
		...options,
		onTarget: (target, rounds, found) => {
			total += rounds;
			console.log(`${target.padEnd(12)} ${rounds} rounds, ${found.length} findings`);
		},
	});
	const kinds = new Map<string, number>();
	for (const { target, round, kind, message, input } of findings) {
		kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
		console.log(`\n${paint('red', `${kind}: ${message}`)}\n  ${input}`);
		if (round >= 0) {
			console.log(`  npm run fuzz -- --seed ${seed} --target ${target} --round ${round}`);
		}
	}
	const summary = [...kinds].map(([kind, count]) => `${count} × ${kind}`).join(', ');
	console.log(`\n${total} rounds: ${findings.length === 0 ? 'no findings' : summary}`);
	if (findings.length > 0) process.exitCode = 1;
}

/** @throws {UsageError} for an unknown flag or a value that is no number */
function readOptions(args: string[]): FuzzOptions | undefined {
	const values = parse(args);
	if (values.help === true) return undefined;
	const { target } = values;
	if (target !== undefined && !TARGETS.includes(target)) {
		throw new UsageError(`--target must be one of ${TARGETS.join(', ')}`);
	}
	const readCount = (name: keyof typeof values, fallback: number): number => {
		const text = values[name];
		if (typeof text !== 'string') return fallback;
		if (!/^\d+$/.test(text)) throw new UsageError(`--${name} must be an integer of at least 0`);
		return Number(text);
	};
	return {
		seed: readCount('seed', 1),
		rounds: readCount('rounds', 5_000),
		nodeRounds: readCount('node-rounds', 300),
		target,
		...(values.round !== undefined && { round: readCount('round', 0) }),
	};
}

function parse(args: string[]) {
	const text = { type: 'string' } as const;
	try {
		return parseArgs({
			args,
			options: {
				seed: text,
				rounds: text,
				'node-rounds': text,
				target: text,
				round: text,
				help: { type: 'boolean' },
			},
		}).values;
	} catch (error) {
		throw new UsageError((error as Error).message);
	}
}

runScript(main);
