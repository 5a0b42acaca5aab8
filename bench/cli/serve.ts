import { readFileSync } from 'node:fs';
import type { AnswerScript, DifyVersion } from '../../mock-dify';
import { DIFY_VERSIONS, startMockDify } from '../../mock-dify';
import { createFaultyScenarios, FAULT_NAMES, parseFault } from '../serve/faults';
import { UsageError } from '../usageError';
import type { FlagDefinitions, FlagReader } from './flags';
import { describeFlags, parseFlagsOnly } from './flags';
import { choiceParser, integerParser, parseDuration, parseJsonObject } from './flagValues';

const FLAGS = {
	port: { placeholder: 'N', help: 'port on 127.0.0.1 (default 0: any free port)' },
	profile: {
		placeholder: 'VERSION',
		help: `version of Dify to simulate: ${DIFY_VERSIONS.join(', ')}`,
	},
	'first-token': { placeholder: 'TIME', help: 'time to the first token (default 100ms)' },
	gap: { placeholder: 'TIME', help: 'time between two packets of tokens (default 10ms)' },
	tokens: { placeholder: 'N', help: 'number of tokens of each answer (default 50)' },
	'tokens-per-packet': { placeholder: 'N', help: 'number of tokens in a packet (default 1)' },
	script: {
		placeholder: 'FILE',
		help: 'JSON file with the answer, such as {"text": "Hello", "gapMs": 20}',
	},
	fault: {
		placeholder: 'NAME',
		multiple: true,
		help: 'fault in the answers, such as cut=5 or http=429@20% (repeatable)',
	},
	hazard: { placeholder: 'NAME', multiple: true, help: 'alias of --fault' },
	seed: { placeholder: 'N', help: 'seed that decides which answers have a fault (default 1)' },
	help: { help: 'show this help' },
} satisfies FlagDefinitions;

export const SERVE_HELP = `dify-bench serve [options]

Starts a Dify-compatible server on loopback, to try the node or the load tester without Dify.
It keeps everything in memory. It prints its base URL and a key for each kind of app.
Ctrl-C ends it.

${describeFlags(FLAGS)}

Faults: ${FAULT_NAMES}
`;

/** Runs `dify-bench serve` until it receives SIGINT or SIGTERM. */
export async function serveCommand(args: readonly string[]): Promise<number> {
	const flags = parseFlagsOnly(args, FLAGS);
	const faults = [...flags.texts('fault'), ...flags.texts('hazard')].map(parseFault);
	const seed = flags.value('seed', integerParser(0), 1);
	const version: DifyVersion = flags.value('profile', choiceParser(...DIFY_VERSIONS), '1.13.1');
	const port = flags.value('port', integerParser(0), 0);
	const server = await startMockDify({
		port,
		version,
		scenarioFor: createFaultyScenarios(readScript(flags), faults, seed),
	}).catch((error: Error) => {
		throw new UsageError(`--port ${port}: ${error.message}`);
	});
	process.stdout.write(
		[
			`base URL       ${server.baseUrl}`,
			`Chatbot key    ${server.key('chat-plain')}`,
			`Agent key      ${server.key('agent-fc')}`,
			`Chatflow key   ${server.key('flow-plain')}`,
			'',
		].join('\n'),
	);
	await new Promise((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
	});
	await server.close();
	return 0;
}

function readScript(flags: FlagReader): AnswerScript {
	const file = flags.text('script');
	if (file === undefined) {
		const count = flags.value('tokens', integerParser(0), 50);
		const tokens = Array.from({ length: count }, (_, index) => `token${index} `);
		return {
			tokens: () => tokens,
			firstTokenMs: flags.value('first-token', parseDuration, 100),
			gapMs: flags.value('gap', parseDuration, 10),
			tokensPerPacket: flags.value('tokens-per-packet', integerParser(1), undefined),
		};
	}
	const other = ['tokens', 'first-token', 'gap', 'tokens-per-packet'].find((flag) =>
		flags.has(flag),
	);
	if (other !== undefined) throw new UsageError(`--script and --${other} cannot be combined`);
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		throw new UsageError(`--script: ${file} cannot be read: ${(error as Error).message}`);
	}
	return parseJsonObject('script', text) as AnswerScript;
}
