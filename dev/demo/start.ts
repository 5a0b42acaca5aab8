import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { IBinaryKeyData, INodeParameters } from 'n8n-workflow';
import type { N8nEngine } from '../n8n-engine';
import { buildPackage } from './build';
import type { DemoOptions } from './options';
import { HELP, readOptions, UsageError } from './options';
import { paint, step } from './terminal';

const ROOT = join(__dirname, '../..');

/** Builds the package, puts it into n8n's engine, sends a message and shows what comes. */
async function main(args: string[]): Promise<void> {
	const options = readOptions(args);
	if (options === 'help') {
		console.log(HELP);
		return;
	}
	await step('Building and packing the node', async () => await buildPackage(ROOT));
	const engine = await step("Loading n8n's engine", async () => {
		const { N8nEngine: Loaded } = await import('../n8n-engine');
		return await Loaded.create(join(ROOT, 'build/package'));
	});
	const { server, close } = await connect(options);
	try {
		await talk(engine, server, options);
	} finally {
		await close();
	}
}

type Server = NonNullable<DemoOptions['server']>;

/** The user's Dify, or one of our own for as long as this runs. */
async function connect({
	server,
	app,
}: DemoOptions): Promise<{ server: Server; close: () => Promise<void> }> {
	if (server !== undefined) return { server, close: async () => undefined };
	const { startMockDify } = await import('../../mock-dify');
	const dify = await step('Starting a Dify-compatible server', async () => await startMockDify());
	const text =
		'Ask me anything: the words you are reading came one by one, as server-sent events, through n8n’s own engine.';
	dify.enqueue(app, { script: { text, firstTokenMs: 300, gapMs: 60 } });
	return { server: { baseUrl: dify.baseUrl, apiKey: dify.key(app) }, close: dify.close };
}

async function talk(engine: N8nEngine, server: Server, options: DemoOptions): Promise<void> {
	const { query, user, responseMode, files } = options;
	const binary: IBinaryKeyData = {};
	for (const [index, path] of files.entries()) {
		binary[`file${index}`] = await engine.prepareBinary(
			await readFile(path),
			basename(path),
			mimeTypeOf(path),
		);
	}
	const parameters: INodeParameters = {
		// From the item, as text: whatever it begins with or holds, it is no expression.
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
	const outcome = await engine.run({
		parameters,
		items: [{ json: { query }, binary }],
		credentials: { ...server },
		streaming: true,
		onChunk: ({ type, content }) => {
			if (type === 'item') process.stdout.write(content ?? '');
		},
	});
	process.stdout.write('\n\n');
	if (outcome.error !== undefined) {
		const message = outcome.error.message.replace(' [item 0]', '');
		// For who listens live n8n's description begins with the message again.
		const lines = (outcome.error.description ?? '').split('\n');
		const hint = lines.find((line) => line !== '' && line !== message) ?? '';
		throw new Error(`${message}. ${hint}`);
	}
	console.log(paint('bold', 'The item'));
	console.log(JSON.stringify(outcome.outputs[0]?.[0]?.json, null, 2));
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

// A reader such as head may leave early: that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
	process.exit(error.code === 'EPIPE' ? 0 : 1);
});

main(process.argv.slice(2)).catch((error: unknown) => {
	const reason = error instanceof Error ? error.message : String(error);
	console.error(paint('red', reason, process.stderr));
	process.exitCode = error instanceof UsageError ? 2 : 1;
});
