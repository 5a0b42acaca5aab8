import { parseArgs } from 'node:util';
import { paint, runScript, UsageError } from '../terminal';
import type { Finding } from './finding';
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

/** Findings that look alike are counted. This many of them are printed. */
const SHOWN_EXAMPLES = 2;

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
	const alike = new Map<string, Finding[]>();
	for (const finding of findings) {
		kinds.set(finding.kind, (kinds.get(finding.kind) ?? 0) + 1);
		const isRaw = finding.target !== 'node' && finding.kind === 'raw error';
		const message = finding.message.replace(/\d+/g, '0').slice(0, isRaw ? undefined : 40);
		const key = [finding.target, finding.kind, message, isRaw ? finding.input : ''].join();
		alike.set(key, [...(alike.get(key) ?? []), finding]);
	}
	for (const group of alike.values()) {
		const [first] = group as [Finding];
		console.log(`\n${paint('red', `${first.kind}: ${first.message}`)} (${group.length} alike)`);
		for (const { target, round, input } of group.slice(0, SHOWN_EXAMPLES)) {
			console.log(`  ${input}`);
			if (round < 0) continue;
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
