import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';

export interface DemoOptions {
	/** The user's own Dify; the built-in server where absent. */
	server?: { baseUrl: string; apiKey: string };
	query: string;
	user: string;
	/** The built-in server's app. */
	app: 'chat-plain' | 'agent-fc' | 'flow-plain';
	responseMode: 'streaming' | 'blocking';
	files: string[];
}

/** What was typed cannot be run; the message says what to type. */
export class UsageError extends Error {}

export const HELP = `Sends a chat message through the node, in n8n's own engine.

  npm start                                   to the server that comes with this repository
  npm start -- --url URL --key KEY            to your Dify, such as https://api.dify.ai/v1

  --query TEXT    what to ask                 --user NAME     whose conversation it is
  --agent         ask an Agent app            --chatflow      ask a Chatflow app
  --blocking      the answer in one body      --file PATH     send a file along (again for more)
  --help          this text`;

/** @throws {UsageError} with one line that says what to do */
export function readOptions(args: string[]): DemoOptions | 'help' {
	const values = parse(args);
	if (values.help === true) return 'help';
	const { url, key, agent, chatflow, blocking } = values;
	if ((url === undefined) !== (key === undefined)) {
		const [given, missing] = url === undefined ? ['--key', '--url'] : ['--url', '--key'];
		throw new UsageError(`${given} needs ${missing} beside it: both name your Dify`);
	}
	if (agent === true && chatflow === true)
		throw new UsageError('give --agent or --chatflow, not both');
	if (url !== undefined && (agent === true || chatflow === true)) {
		throw new UsageError(
			'--agent and --chatflow choose an app of the built-in server; with --url the key chooses it',
		);
	}
	const files = values.file ?? [];
	for (const file of files) {
		if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
			throw new UsageError(`--file: there is no file ${file}`);
		}
	}
	return {
		...(url !== undefined && key !== undefined && { server: { baseUrl: url, apiKey: key } }),
		query: values.query ?? 'What can this node do?',
		user: values.user ?? 'n8n',
		app: agent === true ? 'agent-fc' : chatflow === true ? 'flow-plain' : 'chat-plain',
		responseMode: blocking === true ? 'blocking' : 'streaming',
		files,
	};
}

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			options: {
				url: { type: 'string' },
				key: { type: 'string' },
				query: { type: 'string' },
				user: { type: 'string' },
				file: { type: 'string', multiple: true },
				agent: { type: 'boolean' },
				chatflow: { type: 'boolean' },
				blocking: { type: 'boolean' },
				help: { type: 'boolean' },
			},
		}).values;
	} catch (error) {
		const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
		throw new UsageError(`${reason}; npm start -- --help lists what there is`);
	}
}
