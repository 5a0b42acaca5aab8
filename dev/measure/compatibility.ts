import type { MockDify } from '../../mock-dify';
import { startMockDify } from '../../mock-dify';
import { buildPackage, PACKAGE_DIRECTORY } from '../build';
import type { InstalledN8n, WorkflowFile } from '../n8n-server';
import { installN8n, N8nServer } from '../n8n-server';
import { findNode, readExample } from '../n8n-server/testBed';
import { joinText, postForStream } from '../n8n-server/webhookClient';
import { runScript, UsageError } from '../terminal';

/**
 * `npm run compatibility -- VERSION…`: checks which releases of n8n can load and run the node. Each release is
 * installed into the user's cache.
 */
async function main(versions: string[]): Promise<void> {
	if (versions.length === 0 || versions.some((version) => !/^\d+\.\d+\.\d+$/.test(version))) {
		throw new UsageError('Usage: npm run compatibility -- VERSION…, for example 1.97.1 2.0.3');
	}
	await buildPackage();
	const dify = await startMockDify();
	try {
		for (const version of versions) {
			const n8n = await installN8n(
				(progress) => console.log(`n8n ${version}: ${progress}`),
				version,
			);
			const results = await checkRelease(n8n, dify).catch((error: Error) => error.message);
			console.log(`n8n ${version}:`, results);
		}
	} finally {
		await dify.close();
	}
}

/** Returns the result of each check. @throws if n8n does not start or refuses a request */
async function checkRelease(n8n: InstalledN8n, dify: MockDify): Promise<Record<string, unknown>> {
	const server = await N8nServer.start({
		n8n,
		packageDirectory: PACKAGE_DIRECTORY,
		// The default value names a module that some of these releases do not have.
		env: { N8N_DISABLED_MODULES: 'insights' },
	});
	try {
		const data = { apiKey: dify.key('chat-plain'), baseUrl: dify.baseUrl };
		const { id } = await server.createCredential('Dify account', 'difyApi', data);
		const credentials = { id, name: 'Dify account', type: 'difyApi', data };
		return {
			credentialTest: await server.rest.request('POST', '/credentials/test', { credentials }),
			execute: await checkExecuteCommand(server),
			streamedText: await checkStreamingWebhook(server),
		};
	} finally {
		await server.stop();
	}
}

/** Sends a message with an app input through `n8n execute`. @returns `ok`, or the end of n8n's output */
async function checkExecuteCommand(server: N8nServer): Promise<string> {
	const workflow = readExample('webhook-blocking');
	Object.assign(findNode(workflow, 'Webhook'), {
		type: 'n8n-nodes-base.manualTrigger',
		typeVersion: 1,
		parameters: {},
	});
	findNode(workflow, 'Send Chat Message').parameters = {
		query: 'Hello',
		inputsMode: 'json',
		inputsJson: '{"name": "Dora"}',
	};
	const id = await importInactive(server, workflow);
	const command = await server.startCommand('execute', '--id', id, '--rawOutput');
	await command.waitForExit();
	return command.log.includes('You said: Hello') ? 'ok' : command.log.slice(-500);
}

/** Calls a streaming webhook. @returns the streamed text, which is empty if this release cannot stream */
async function checkStreamingWebhook(server: N8nServer): Promise<string> {
	const workflow = readExample('webhook-streaming');
	// Old releases have no newer version of the Webhook node.
	findNode(workflow, 'Webhook').typeVersion = 2;
	const id = await importInactive(server, workflow);
	const { versionId } = await server.rest.request<{ versionId: string }>('GET', `/workflows/${id}`);
	// n8n 1 activates a workflow with the first request, n8n 2 with the second.
	await server.rest.request('PATCH', `/workflows/${id}`, { active: true, versionId });
	await server.rest
		.request('POST', `/workflows/${id}/activate`, { versionId })
		.catch(() => undefined);
	// n8n registers the webhook after it has responded, and n8n 1 does not say when.
	await new Promise((resolve) => setTimeout(resolve, 2_000));
	const url = `${server.origin}/webhook/dify-stream`;
	return joinText(await postForStream(url, { query: 'Live [long 5]' }));
}

/** Imports a workflow. n8n 1 requires the field `active`. @returns the workflow's id */
async function importInactive(server: N8nServer, workflow: WorkflowFile): Promise<string> {
	const { id } = await server.rest.request<{ id: string }>('POST', '/workflows', {
		...workflow,
		active: false,
	});
	return id;
}

runScript(main);
