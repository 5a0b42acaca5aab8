import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MockDify, DifyVersion } from '../../mock-dify';
import { startMockDify } from '../../mock-dify';
import { PACKAGE_DIRECTORY, ROOT } from '../build';
import type { N8nOptions, WorkflowFile } from '.';
import { installN8n, N8nServer } from '.';

/** A real n8n server with the packed node, connected to a mock Dify server. */
export interface TestBed {
	n8n: N8nServer;
	dify: MockDify;
	/**
	 * Imports and publishes a workflow of examples/.
	 *
	 * @param change edits the workflow before it is imported
	 * @returns the workflow's id
	 */
	openExample(name: string, change?: (workflow: WorkflowFile) => void): Promise<string>;
	close(): Promise<void>;
}

export interface TestBedOptions extends Pick<N8nOptions, 'env'> {
	/** The mock server's app that the credential of the examples belongs to. Default: `chat-plain`. */
	app?: string;
	/** The version of Dify that the mock server emulates. */
	version?: DifyVersion;
}

/** Starts both servers and creates the credential that the examples use. Installs n8n if necessary. */
export async function startTestBed({
	env,
	app = 'chat-plain',
	version,
}: TestBedOptions = {}): Promise<TestBed> {
	const dify = await startMockDify({ version });
	const installed = await installN8n((progress) => console.error(progress));
	const n8n = await N8nServer.start({
		n8n: installed,
		packageDirectory: PACKAGE_DIRECTORY,
		env,
	});
	await n8n.createCredential('Dify account', 'difyApi', {
		apiKey: dify.key(app),
		baseUrl: dify.baseUrl,
	});
	return {
		n8n,
		dify,
		openExample: async (name, change) => {
			const workflow = readExample(name);
			change?.(workflow);
			const id = await n8n.importWorkflow(workflow);
			await n8n.activate(id);
			return id;
		},
		close: async () => {
			await n8n.stop();
			await dify.close();
		},
	};
}

/** Reads a workflow of examples/ by its name without `.json`. */
export function readExample(name: string): WorkflowFile {
	const path = join(ROOT, 'examples', `${name}.json`);
	return JSON.parse(readFileSync(path, 'utf8')) as WorkflowFile;
}

/** Returns the node with a name. @throws if the workflow has no such node */
export function findNode(workflow: WorkflowFile, name: string): WorkflowFile['nodes'][number] {
	const node = workflow.nodes.find((candidate) => candidate.name === name);
	if (node === undefined) throw new Error(`The workflow ${workflow.name} has no node ${name}.`);
	return node;
}
