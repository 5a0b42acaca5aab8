import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MockDify } from '../../mock-dify';
import { startMockDify } from '../../mock-dify';
import type { WorkflowFile } from '../n8n-server';
import { installN8n, N8N_VERSION, N8nServer, OWNER } from '../n8n-server';
import { buildPackage } from './build';
import { paint, step } from './terminal';

const ROOT = join(__dirname, '../..');

/** The credentials that are there to choose from, and whose they are; the first is the examples'. */
const CREDENTIALS = [
	['Dify account', 'chat-plain'],
	['Dify account (Agent)', 'agent-fc'],
	['Dify account (Chatflow with inputs)', 'flow-vars'],
] as const;

/** A real n8n with the node in it, a Dify-compatible server behind, and the examples to try; until Ctrl-C. */
async function main(): Promise<void> {
	// From the start, as whatever was started by then must end in order.
	const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
	await step('Building and packing the node', async () => await buildPackage(ROOT));
	const installed = await step(
		`Looking for n8n ${N8N_VERSION} (about 3 GB, installed once, in some minutes)`,
		async () => await installN8n((line) => process.stdout.write(paint('dim', `${line} … `))),
	);
	const dify = await step('Starting a Dify-compatible server', async () => await startMockDify());
	try {
		const n8n = await step(
			'Starting n8n',
			async () =>
				await N8nServer.start({ n8n: installed, packageDirectory: join(ROOT, 'build/package') }),
		);
		try {
			await step('Adding credentials and the example workflows', async () => await fill(n8n, dify));
			console.log(welcome(n8n, dify));
			await interrupted;
		} finally {
			process.stdout.write('\n');
			await step('Stopping n8n', async () => await n8n.stop());
		}
	} finally {
		await dify.close();
	}
}

/** Publishes what needs nothing more; the agent wants a model, the schedule would go off at night. */
async function fill(n8n: N8nServer, dify: MockDify): Promise<void> {
	for (const [name, app] of CREDENTIALS) {
		await n8n.createCredential(name, 'difyApi', { apiKey: dify.key(app), baseUrl: dify.baseUrl });
	}
	const examples = join(ROOT, 'examples');
	for (const file of readdirSync(examples).filter((name) => name.endsWith('.json'))) {
		const workflow = JSON.parse(readFileSync(join(examples, file), 'utf8')) as WorkflowFile;
		const id = await n8n.importWorkflow(workflow);
		if (!['agent-tool.json', 'nightly-summary.json'].includes(file)) await n8n.activate(id);
	}
}

function welcome({ origin }: N8nServer, { baseUrl }: MockDify): string {
	return `
${paint('bold', 'n8n')}       ${paint('cyan', origin)}
${paint('bold', 'Sign in')}   ${OWNER.email}   ${OWNER.password}
${paint('bold', 'Dify')}      ${baseUrl}, whose apps repeat what you ask; "[long 200]" in a question gets a long answer

Words as they come:
  curl -N -H 'Content-Type: application/json' -d '{"query": "Hello [long 200]"}' ${origin}/webhook/dify-stream

Ctrl-C ends both and deletes this n8n's data.`;
}

main().catch((error: unknown) => {
	console.error(
		paint('red', error instanceof Error ? error.message : String(error), process.stderr),
	);
	process.exitCode = 1;
});
