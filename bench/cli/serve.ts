import { readFileSync } from 'node:fs';
import type { DifyVersion, AnswerScript } from '../../mock-dify';
import { DIFY_VERSIONS, startMockDify } from '../../mock-dify';
import { answerOf, words } from '../serve/answer';
import { HAZARD_NAMES, readMishap } from '../serve/faults';
import { UsageError } from '../usageError';
import type { Flags, Reader } from './flags';
import { describe, parse } from './flags';
import { duration, integer, object, oneOf } from './flagValues';

const FLAGS = {
	port: { value: 'N', help: 'on 127.0.0.1 (default 0: any free one)' },
	profile: { value: 'VERSION', help: `the version of Dify to be: ${DIFY_VERSIONS.join(', ')}` },
	'first-token': { value: 'TIME', help: 'to the first token (default 100ms)' },
	gap: { value: 'TIME', help: 'between packets of tokens (default 10ms)' },
	tokens: { value: 'N', help: 'of each answer (default 50)' },
	'tokens-per-packet': { value: 'N', help: 'written at once (default 1)' },
	script: {
		value: 'FILE',
		help: 'JSON of what to answer instead, such as {"text": "Hello", "gapMs": 20}',
	},
	hazard: {
		value: 'NAME',
		multiple: true,
		help: 'what goes wrong, such as cut=5 or http=429@20%; more than once',
	},
	seed: { value: 'N', help: 'of the shares (default 1)' },
	help: { help: 'this' },
} satisfies Flags;

export const SERVE_HELP = `dify-bench serve [options]

A Dify-compatible server on loopback and in memory: to try the node or the bench without Dify.
Prints its base URL and a key for each kind of app. Ends with Ctrl-C.

${describe(FLAGS)}

Hazards: ${HAZARD_NAMES}
`;

/** Serves until a signal comes. */
export async function serveCommand(args: readonly string[]): Promise<number> {
	const { given, positionals } = parse(args, FLAGS);
	if (positionals.length > 0) throw new UsageError(`'${positionals[0]}' is no flag`);
	const mishaps = given.all('hazard').map(readMishap);
	const seed = given.value('seed', integer(0), 1);
	const profile: DifyVersion = given.value('profile', oneOf(...DIFY_VERSIONS), '1.13.1');
	const port = given.value('port', integer(0), 0);
	const server = await startMockDify({
		port,
		version: profile,
		scenarioFor: answerOf(readScript(given), mishaps, seed),
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

function readScript(given: Reader): AnswerScript {
	const file = given.text('script');
	if (file === undefined) {
		const tokens = words(given.value('tokens', integer(0), 50));
		return {
			tokens: () => tokens,
			firstTokenMs: given.value('first-token', duration, 100),
			gapMs: given.value('gap', duration, 10),
			tokensPerPacket: given.value('tokens-per-packet', integer(1), undefined),
		};
	}
	const other = ['tokens', 'first-token', 'gap', 'tokens-per-packet'].find((flag) =>
		given.has(flag),
	);
	if (other !== undefined) throw new UsageError(`--script and --${other} exclude each other`);
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		throw new UsageError(`--script: ${file} cannot be read: ${(error as Error).message}`);
	}
	return object('script', text) as AnswerScript;
}
