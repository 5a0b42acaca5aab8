import { buildPackage, PACKAGE_DIRECTORY } from '../build';
import { N8nEngine } from '../n8n-engine';
import { loadCorpus } from './corpus';
import type { Finding } from './finding';
import { startFuzzServer } from './fuzzServer';
import { createNodeRound, runNodeRound } from './nodeTarget';
import { PROTOCOL_TARGETS, runProtocolRound } from './protocolTargets';
import { Random } from './random';

/** The node waits for timers and sockets most of the time, so several executions run at once. */
const CONCURRENT_EXECUTIONS = 8;

export const TARGETS: readonly string[] = [...Object.keys(PROTOCOL_TARGETS), 'node'];

export interface FuzzOptions {
	seed: number;
	/** Number of rounds of each target of protocol/. */
	rounds: number;
	/** Number of executions of the node. */
	nodeRounds: number;
	/** Only this target. */
	target?: string;
	/** Only this round. */
	round?: number;
	/** Called after each target. */
	onTarget?: (target: string, rounds: number, findings: Finding[]) => void;
}

/** Runs all rounds. The findings are the same for the same seed. */
export async function fuzz(options: FuzzOptions): Promise<Finding[]> {
	const { seed, onTarget } = options;
	const corpus = loadCorpus();
	const all: Finding[] = [];
	for (const target of TARGETS) {
		if (options.target !== undefined && options.target !== target) continue;
		const count = target === 'node' ? options.nodeRounds : options.rounds;
		const rounds =
			options.round === undefined
				? Array.from({ length: count }, (_, round) => round)
				: [options.round];
		const findings =
			target === 'node'
				? await fuzzNode(seed, rounds)
				: rounds.flatMap((round): Finding[] => {
						const found = runProtocolRound(target, new Random(seed, target, round), corpus);
						return found === undefined ? [] : [{ target, round, ...found }];
					});
		onTarget?.(target, rounds.length, findings);
		all.push(...findings);
	}
	return all;
}

async function fuzzNode(seed: number, rounds: number[]): Promise<Finding[]> {
	if (rounds.length === 0) return [];
	await buildPackage();
	const corpus = loadCorpus();
	const [engine, server] = await Promise.all([
		N8nEngine.create(PACKAGE_DIRECTORY),
		startFuzzServer(),
	]);
	const findings: Finding[] = [];
	const onRejection = (reason: unknown): void => {
		const message = String((reason as Error | undefined)?.stack ?? reason);
		findings.push({
			target: 'node',
			round: -1,
			kind: 'unhandled rejection',
			message,
			input: 'one of the executions that ran at that time',
		});
	};
	process.on('unhandledRejection', onRejection);
	const left = [...rounds];
	const work = async (): Promise<void> => {
		for (let round = left.shift(); round !== undefined; round = left.shift()) {
			const nodeRound = createNodeRound(new Random(seed, 'node', round), corpus);
			const found = await runNodeRound(engine, server, nodeRound);
			if (found !== undefined) findings.push({ target: 'node', round, ...found });
		}
	};
	await Promise.all(Array.from({ length: CONCURRENT_EXECUTIONS }, work));
	process.off('unhandledRejection', onRejection);
	await server.close();
	return findings.sort((a, b) => a.round - b.round);
}
