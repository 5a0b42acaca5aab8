import type { DifyVersion } from '../../mock-dify';
import { DIFY_VERSIONS, startMockDify } from '../../mock-dify';
import { isVersionBefore } from '../../protocol/version';
import { buildPackage, PACKAGE_DIRECTORY } from '../build';
import { N8nEngine } from '../n8n-engine';
import { runScript, UsageError } from '../terminal';

const TRIES = 20;
const TOKENS = 40;
const TOKEN_GAP_MS = 50;
/** A chatflow whose stream breaks must be recovered this soon after Dify's own end of the run. */
const GOAL_MS = 3_000;

const RESUMING_VERSIONS = DIFY_VERSIONS.filter(
	(version) => isVersionBefore(version, '1.14') === false,
);

const HELP = `Cuts the stream of a chatflow at a different token in each of ${TRIES} tries, and measures how long after the end of the
run on the mock server the node returns the complete answer. Fails if one try takes longer than ${GOAL_MS / 1_000} s.

  npm run measure:recovery                measures all versions of Dify that can resume a run
  npm run measure:recovery -- VERSION…    measures these versions: ${RESUMING_VERSIONS.join(', ')}`;

async function main(args: string[]): Promise<void> {
	if (args.includes('--help') || args.includes('-h')) {
		console.log(HELP);
		return;
	}
	const versions = readVersions(args);
	await buildPackage();
	const engine = await N8nEngine.create(PACKAGE_DIRECTORY);
	let isGoalMet = true;
	for (const version of versions) isGoalMet = (await measure(engine, version)) && isGoalMet;
	if (!isGoalMet) process.exitCode = 1;
}

/** @throws {UsageError} for a version that mock-dify does not have, or that cannot resume a run */
function readVersions(args: string[]): DifyVersion[] {
	if (args.length === 0) return RESUMING_VERSIONS;
	return args.map((arg) => {
		const version = RESUMING_VERSIONS.find((known) => known === arg);
		if (version === undefined) {
			throw new UsageError(`VERSION must be one of ${RESUMING_VERSIONS.join(', ')}, not ${arg}`);
		}
		return version;
	});
}

/** Prints the times. Returns whether each try met the goal. */
async function measure(engine: N8nEngine, version: DifyVersion): Promise<boolean> {
	const tokens = Array.from({ length: TOKENS }, (_, index) => `word${index} `);
	const answer = tokens.join('');
	const runMs = TOKENS * TOKEN_GAP_MS;
	const delaysMs: number[] = [];
	let withUsage = 0;
	for (let attempt = 0; attempt < TRIES; attempt++) {
		const dify = await startMockDify({ version });
		const afterTokens = Math.floor((attempt / TRIES) * TOKENS);
		dify.enqueue('flow-plain', {
			script: { tokens, gapMs: TOKEN_GAP_MS },
			faults: [{ kind: attempt % 2 === 0 ? 'cut' : 'reset', afterTokens }],
		});
		const { outputs, durationMs, error } = await engine.run({
			parameters: { query: 'x', simplify: false },
			credentials: { apiKey: dify.key('flow-plain'), baseUrl: dify.baseUrl },
		});
		await dify.close();
		const item = outputs[0]?.[0]?.json ?? {};
		const isComplete = error === undefined && item.answer === answer;
		delaysMs.push(isComplete ? Math.max(0, durationMs - runMs) : Infinity);
		const { usage } = (item.metadata ?? {}) as { usage?: unknown };
		if (usage !== null && usage !== undefined) withUsage++;
	}
	delaysMs.sort((a, b) => a - b);
	const met = delaysMs.filter((delayMs) => delayMs <= GOAL_MS).length;
	const seconds = (share: number): string =>
		((delaysMs[Math.ceil(share * TRIES) - 1] ?? 0) / 1000).toFixed(1);
	console.log(
		`Dify ${version}: ${met} of ${TRIES} recovered within ${GOAL_MS / 1000} s of the run's end (median ${seconds(0.5)} s, longest ${seconds(1)} s), ${withUsage} with usage`,
	);
	return met === TRIES;
}

runScript(main);
