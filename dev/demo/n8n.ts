import { once } from 'node:events';
import { readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { MockDify } from '../../mock-dify';
import { startMockDify } from '../../mock-dify';
import { buildPackage, PACKAGE_DIRECTORY, ROOT } from '../build';
import { installN8n, N8N_VERSION, N8nServer, OWNER } from '../n8n-server';
import type { ScriptedModel } from '../n8n-server/scriptedModel';
import { startScriptedModel } from '../n8n-server/scriptedModel';
import { findNode, readExample } from '../n8n-server/testBed';
import { paint, runScript, runStep, UsageError } from '../terminal';

const HELP = `Starts a real n8n on this computer, with the node, credentials and example workflows, and a mock Dify server.
The first start installs n8n into the user's cache (about 3 GB, some minutes).

  npm run n8n     starts n8n
  npm run dev     starts n8n, and after each change of the node's sources rebuilds the node and restarts n8n`;

/** The credentials to create, with the app of the mock server that each one belongs to. The examples use the first. */
const CREDENTIALS = [
	['Dify account', 'chat-plain'],
	['Dify account (Agent)', 'agent-fc'],
	['Dify account (Chatflow with inputs)', 'flow-vars'],
] as const;

/** The credential of the example human-form: an app that pauses at each message and asks for a decision. */
const FORM_CREDENTIAL = 'Dify account (Chatflow with a form)';

/** These examples are not published, because they run on a schedule at night. "Execute workflow" runs them at once. */
const UNPUBLISHED_EXAMPLES = ['nightly-export', 'nightly-summary'];

/** The servers that stand behind the examples. */
interface DemoServers {
	dify: MockDify;
	/** A Dify whose chatflows pause. */
	pausingDify: MockDify;
	/** The language model of the example agent-tool. */
	model: ScriptedModel;
}

/** The folders with the node's sources. */
const WATCHED_FOLDERS = ['nodes', 'credentials', 'protocol'];

/** An editor saves several files, or one file several times, in a short time. */
const CHANGE_DELAY_MS = 300;

/** `npm run n8n` and, with `--watch`, `npm run dev`: runs n8n and a mock Dify server until Ctrl-C. */
async function main(args: string[]): Promise<void> {
	if (args.includes('--help') || args.includes('-h')) {
		console.log(HELP);
		return;
	}
	const unknown = args.find((arg) => arg !== '--watch');
	if (unknown !== undefined)
		throw new UsageError(`Unknown option ${unknown}; --help shows the usage`);
	// Listens from the start, so that an early Ctrl-C also stops what is already running.
	const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
	await runStep('Building the node', buildPackage);
	const installed = await runStep(
		`Preparing n8n ${N8N_VERSION} (the first time: about 3 GB, some minutes)`,
		async () =>
			await installN8n((progress) => process.stdout.write(paint('dim', `${progress} … `))),
	);
	const servers = await runStep('Starting a mock Dify server', startServers);
	try {
		const n8n = await runStep(
			'Starting n8n',
			async () => await N8nServer.start({ n8n: installed, packageDirectory: PACKAGE_DIRECTORY }),
		);
		try {
			await runStep('Adding credentials and example workflows', async () => {
				await addExamples(n8n, servers);
			});
			console.log(describeServers(n8n, servers.dify));
			const stopWatching = args.includes('--watch') ? reloadOnChange(n8n) : undefined;
			await interrupted;
			await stopWatching?.();
		} finally {
			process.stdout.write('\n');
			await runStep('Stopping n8n', async () => await n8n.stop());
		}
	} finally {
		await Promise.all(Object.values(servers).map(async (server) => await server.close()));
	}
}

async function startServers(): Promise<DemoServers> {
	const [dify, pausingDify, model] = await Promise.all([
		startMockDify({ version: '1.14' }),
		startMockDify({
			version: '1.14',
			scenarioFor: () => ({ script: { workflowStatus: 'paused' } }),
		}),
		startScriptedModel(),
	]);
	return { dify, pausingDify, model };
}

async function addExamples(
	n8n: N8nServer,
	{ dify, pausingDify, model }: DemoServers,
): Promise<void> {
	for (const [name, app] of CREDENTIALS) {
		await n8n.createCredential(name, 'difyApi', { apiKey: dify.key(app), baseUrl: dify.baseUrl });
	}
	await n8n.createCredential(FORM_CREDENTIAL, 'difyApi', {
		apiKey: pausingDify.key('flow-plain'),
		baseUrl: pausingDify.baseUrl,
	});
	await n8n.createCredential('OpenAI account', 'openAiApi', {
		apiKey: 'sk-scripted',
		url: model.baseUrl,
	});
	const files = readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.json'));
	for (const name of files.map((file) => file.replace('.json', ''))) {
		const workflow = readExample(name);
		if (name === 'human-form') {
			for (const node of ['Send Chat Message', 'Submit Form']) {
				findNode(workflow, node).credentials = { difyApi: { id: null, name: FORM_CREDENTIAL } };
			}
		}
		const id = await n8n.importWorkflow(workflow);
		if (!UNPUBLISHED_EXAMPLES.includes(name)) await n8n.activate(id);
	}
}

function describeServers({ origin }: N8nServer, { baseUrl }: MockDify): string {
	return `
${paint('bold', 'n8n')}       ${paint('cyan', origin)}
${paint('bold', 'Sign in')}   ${OWNER.email}   ${OWNER.password}
${paint('bold', 'Dify')}      ${baseUrl} (mock server: it repeats your message; "[long 200]" in a message makes a long answer)

To see an answer stream:
  curl -N -H 'Content-Type: application/json' -d '{"query": "Hello [long 200]"}' ${origin}/webhook/dify-stream

Press Ctrl-C to stop both servers. The data of this n8n is then deleted.`;
}

/**
 * Watches the node's sources. After a change, rebuilds the node and restarts n8n with it. If the build fails, n8n
 * keeps running with the last working build.
 *
 * @returns a function that stops watching and waits until a running restart has finished
 */
function reloadOnChange(n8n: N8nServer): () => Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	let reloading = Promise.resolve();
	const onChange = (file: string): void => {
		clearTimeout(timer);
		timer = setTimeout(() => {
			reloading = reloading.then(async () => await reload(n8n, file));
		}, CHANGE_DELAY_MS);
	};
	const watchers = WATCHED_FOLDERS.map((folder) =>
		watch(join(ROOT, folder), { recursive: true }, (_, file) => {
			// Editors also write temporary files.
			if (file !== null && /\.(ts|json|svg)$/.test(file)) onChange(join(folder, file));
		}),
	);
	console.log(
		`\nWatching ${WATCHED_FOLDERS.map((folder) => `${folder}/`).join(', ')}: after a change, the node is rebuilt and n8n restarts.`,
	);
	return async () => {
		clearTimeout(timer);
		for (const watcher of watchers) watcher.close();
		await reloading;
	};
}

async function reload(n8n: N8nServer, changedFile: string): Promise<void> {
	console.log(`\n${changedFile} changed`);
	try {
		await runStep('Building the node', buildPackage);
		await runStep('Restarting n8n', async () => await n8n.restart(PACKAGE_DIRECTORY));
		console.log('n8n runs the new build. Reload its page in the browser.');
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		console.error(`\n${paint('red', message, process.stderr)}`);
		console.error('n8n was not updated. The next change is tried again.');
	}
}

runScript(main);
