import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UsageError } from '../terminal';

export interface DemoOptions {
	/** The user's own Dify server. If absent, the demo starts the mock server. */
	server?: { baseUrl: string; apiKey: string };
	query: string;
	user: string;
	/** The app of the mock server. */
	app: 'chat-plain' | 'agent-fc' | 'flow-plain';
	responseMode: 'streaming' | 'blocking';
	/** Paths of the files to send with the message. */
	files: string[];
	/** Whether to print all fields of the item. */
	isFullItem: boolean;
}

export const HELP = `Sends a chat message to Dify with the node, in n8n's own engine.

  npm start                               uses the mock Dify server of this repository
  npm start -- --url URL --key KEY        uses your Dify server, for example https://api.dify.ai/v1

Options
  --query TEXT    the message
  --user NAME     the end user who sends the message (default: n8n)
  --file PATH     a file to send with the message (can be repeated)
  --blocking      requests the answer in one response instead of a stream
  --agent         uses an Agent app of the mock server
  --chatflow      uses a Chatflow app of the mock server
  --full          prints all fields of the item
  --help          prints this help`;

/** @throws {UsageError} with a message of one line */
export function readOptions(args: string[]): DemoOptions | 'help' {
	const values = parse(args);
	if (values.help === true) return 'help';
	const { url, key, agent, chatflow, blocking, full } = values;
	if ((url === undefined) !== (key === undefined)) {
		const [given, missing] = url === undefined ? ['--key', '--url'] : ['--url', '--key'];
		throw new UsageError(`${given} needs ${missing}: give both to use your Dify server`);
	}
	if (agent === true && chatflow === true) {
		throw new UsageError('--agent and --chatflow exclude each other: give only one of them');
	}
	if (url !== undefined && (agent === true || chatflow === true)) {
		throw new UsageError(
			'--agent and --chatflow select an app of the mock server: with --url, the API key selects the app',
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
		isFullItem: full === true,
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
				full: { type: 'boolean' },
				help: { type: 'boolean' },
			},
		}).values;
	} catch (error) {
		const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
		throw new UsageError(`${reason}; npm start -- --help lists the options`);
	}
}
