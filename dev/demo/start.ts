import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { IBinaryKeyData, IDataObject, INodeParameters } from 'n8n-workflow';
import { buildPackage, PACKAGE_DIRECTORY } from '../build';
import type { ExecutionResult, N8nEngine } from '../n8n-engine';
import { paint, runScript, runStep } from '../terminal';
import type { DemoOptions } from './options';
import { HELP, readOptions } from './options';

type DifyServer = NonNullable<DemoOptions['server']>;

/** `npm start`: sends one chat message with the packed node in n8n's engine and prints the answer and the item. */
async function main(args: string[]): Promise<void> {
	const options = readOptions(args);
	if (options === 'help') {
		console.log(HELP);
		return;
	}
	await runStep('Building the node', buildPackage);
	const engine = await runStep("Loading n8n's engine", async () => {
		// n8n's engine takes a second to load, so --help and usage errors do not load it.
		const { N8nEngine: Engine } = await import('../n8n-engine');
		return await Engine.create(PACKAGE_DIRECTORY);
	});
	const { server, close } = await connect(options);
	try {
		const result = await sendMessage(engine, server, options);
		printItem(readItem(result), options);
	} finally {
		await close();
	}
}

/** Returns the user's Dify server, or starts a mock server. */
async function connect({
	server,
	app,
}: DemoOptions): Promise<{ server: DifyServer; close: () => Promise<void> }> {
	if (server !== undefined) return { server, close: async () => undefined };
	const { startMockDify } = await import('../../mock-dify');
	const dify = await runStep('Starting a mock Dify server', async () => await startMockDify());
	const text = 'Hello! I stream each answer into your workflow, word by word, as you see here.';
	dify.enqueue(app, { script: { text, firstTokenMs: 300, gapMs: 60 } });
	return { server: { baseUrl: dify.baseUrl, apiKey: dify.key(app) }, close: dify.close };
}

/** Runs the workflow and prints the question and the answer, which is printed while it streams. */
async function sendMessage(
	engine: N8nEngine,
	server: DifyServer,
	{ query, user, responseMode, files }: DemoOptions,
): Promise<ExecutionResult> {
	const binary: IBinaryKeyData = {};
	for (const [index, path] of files.entries()) {
		binary[`file${index}`] = await engine.prepareBinary(
			await readFile(path),
			basename(path),
			mimeTypeOf(path),
		);
	}
	const parameters: INodeParameters = {
		// The item carries the query, so that n8n does not evaluate a query that looks like an expression.
		query: '={{ $json.query }}',
		user,
		responseMode,
		simplify: false,
		files: {
			file: Object.keys(binary).map((name) => ({
				source: 'binary',
				binaryPropertyName: name,
				type: 'auto',
			})),
		},
	};
	console.log(`\n${paint('cyan', 'You')}   ${query}`);
	process.stdout.write(`${paint('green', 'Dify')}  `);
	const result = await engine.run({
		parameters,
		items: [{ json: { query }, binary }],
		credentials: { ...server },
		streaming: true,
		onChunk: ({ type, content }) => {
			if (type === 'item') process.stdout.write(content ?? '');
		},
	});
	process.stdout.write('\n\n');
	return result;
}

/** Returns the item of a successful execution. @throws with the node's message and advice if the execution failed */
function readItem({ error, outputs }: ExecutionResult): IDataObject {
	if (error === undefined) return outputs[0]?.[0]?.json ?? {};
	const message = error.message.replace(' [item 0]', '');
	// In a streaming execution, the description starts with the message.
	const lines = (error.description ?? '').split('\n');
	const advice = lines.find((line) => line !== '' && line !== message) ?? '';
	throw new Error(`${message}. ${advice}`);
}

/** Prints one field per line: with `--full` all fields, otherwise the most useful ones. */
function printItem(item: IDataObject, { isFullItem }: DemoOptions): void {
	const shown = isFullItem ? item : selectFields(item);
	const note = isFullItem ? '' : paint('dim', ' (selected fields; --full prints all)');
	console.log(`${paint('bold', 'Item')}${note}`);
	const lines = Object.entries(shown).map(
		([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
	);
	console.log(`{\n${lines.join(',\n')}\n}`);
}

function selectFields(item: IDataObject): IDataObject {
	const { answer, conversation_id, message_id, mode, status, metadata, timing } = item;
	const { usage } = metadata as { usage: IDataObject | null };
	const total_tokens = usage?.total_tokens ?? null;
	return {
		answer,
		conversation_id,
		message_id,
		mode,
		status,
		metadata: { usage: { total_tokens } },
		timing,
	};
}

const MIME_TYPES: Readonly<Record<string, string>> = {
	'.png': 'image/png',
	'.jpg': 'image/jpeg',
	'.jpeg': 'image/jpeg',
	'.webp': 'image/webp',
	'.gif': 'image/gif',
	'.pdf': 'application/pdf',
	'.txt': 'text/plain',
	'.md': 'text/markdown',
	'.csv': 'text/csv',
	'.mp3': 'audio/mpeg',
	'.wav': 'audio/wav',
	'.mp4': 'video/mp4',
};

function mimeTypeOf(path: string): string {
	return MIME_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
}

// A program that reads this output, such as head, may close the pipe early. That is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
	process.exit(error.code === 'EPIPE' ? 0 : 1);
});

runScript(main);
