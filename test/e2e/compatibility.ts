// npx tsx test/e2e/compatibility.ts 1.97.1 2.0.3: which releases of n8n load the node and run it, of those given.
import { join } from 'node:path';
import { buildPackage } from '../../dev/demo/build';
import type { MockDify } from '../../mock-dify';
import { startMockDify } from '../../mock-dify';
import type { InstalledN8n } from '../../dev/n8n-server';
import { installN8n, N8nServer } from '../../dev/n8n-server';
import { nodeOf, postForStream, readExample, textOf } from './server';

const ROOT = join(__dirname, '../..');

async function main(versions: string[]): Promise<void> {
	await buildPackage(ROOT);
	const dify = await startMockDify();
	try {
		for (const version of versions) {
			const n8n = await installN8n((line) => console.log(`n8n ${version}: ${line}`), version);
			const worked = await tryOut(n8n, dify).catch((error: Error) => error.message);
			console.log(`n8n ${version}:`, worked);
		}
	} finally {
		await dify.close();
	}
}

/** What works, by n8n's own doors; where something does not, why. */
async function tryOut(n8n: InstalledN8n, dify: MockDify): Promise<Record<string, unknown>> {
	const server = await N8nServer.start({
		n8n,
		packageDirectory: join(ROOT, 'build/package'),
		// The module that it names is younger than some of these.
		env: { N8N_DISABLED_MODULES: 'insights' },
	});
	try {
		const data = { apiKey: dify.key('chat-plain'), baseUrl: dify.baseUrl };
		const { id } = await server.createCredential('Dify account', 'difyApi', data);
		const credentials = { id, name: 'Dify account', type: 'difyApi', data };
		return {
			credential: await server.rest.call('POST', '/credentials/test', { credentials }),
			execute: await execute(server),
			stream: await stream(server),
		};
	} finally {
		await server.stop();
	}
}

/** A message with an input, by `n8n execute`. */
async function execute(server: N8nServer): Promise<string> {
	const workflow = readExample('webhook-blocking');
	Object.assign(nodeOf(workflow, 'Webhook'), {
		type: 'n8n-nodes-base.manualTrigger',
		typeVersion: 1,
		parameters: {},
	});
	nodeOf(workflow, 'Send Chat Message').parameters = {
		query: 'Hello',
		inputsMode: 'json',
		inputsJson: '{"name": "Dora"}',
	};
	const id = await importWorkflow(server, workflow);
	const command = await server.run('execute', '--id', id, '--rawOutput');
	await command.done();
	return command.log.includes('You said: Hello') ? 'ok' : command.log.slice(-500);
}

/** The words that a streaming webhook gives; none where this n8n does not stream. */
async function stream(server: N8nServer): Promise<string> {
	const workflow = readExample('webhook-streaming');
	// The oldest version of the Webhook node that these releases have.
	nodeOf(workflow, 'Webhook').typeVersion = 2;
	const id = await importWorkflow(server, workflow);
	const { versionId } = await server.rest.call<{ versionId: string }>('GET', `/workflows/${id}`);
	// n8n 1 activates by the first, n8n 2 by the second.
	await server.rest.call('PATCH', `/workflows/${id}`, { active: true, versionId });
	await server.rest.call('POST', `/workflows/${id}/activate`, { versionId }).catch(() => undefined);
	await new Promise((resolve) => setTimeout(resolve, 2_000));
	const url = `${server.origin}/webhook/dify-stream`;
	return textOf(await postForStream(url, { query: 'Live [long 5]' }));
}

async function importWorkflow(server: N8nServer, workflow: object): Promise<string> {
	const { id } = await server.rest.call<{ id: string }>('POST', '/workflows', {
		...workflow,
		active: false,
	});
	return id;
}

main(process.argv.slice(2)).catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
