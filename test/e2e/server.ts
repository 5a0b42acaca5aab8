import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MockDify, DifyVersion } from '../../mock-dify';
import { startMockDify } from '../../mock-dify';
import type { WorkflowFile } from '../../dev/n8n-server';
import { installN8n, N8nServer } from '../../dev/n8n-server';
import { PACKAGE } from '../node/harness';

/** A real n8n with the packed node on one side, a Dify on the other. */
export interface World {
	n8n: N8nServer;
	dify: MockDify;
	/** Imports a workflow of examples/ and publishes it. @returns its id */
	open(example: string, change?: (workflow: WorkflowFile) => void): Promise<string>;
	close(): Promise<void>;
}

/** Starts both; the credential of the examples is that of one app. */
export async function openWorld(
	env?: Record<string, string>,
	app = 'chat-plain',
	version?: DifyVersion,
): Promise<World> {
	const dify = await startMockDify({ version });
	const installed = await installN8n((line) => console.error(line));
	const n8n = await N8nServer.start({ n8n: installed, packageDirectory: PACKAGE, env });
	await n8n.createCredential('Dify account', 'difyApi', {
		apiKey: dify.key(app),
		baseUrl: dify.baseUrl,
	});
	return {
		n8n,
		dify,
		open: async (example, change) => {
			const workflow = readExample(example);
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

export function readExample(name: string): WorkflowFile {
	const path = join(__dirname, '../../examples', `${name}.json`);
	return JSON.parse(readFileSync(path, 'utf8')) as WorkflowFile;
}

/** A node of a workflow by its name. @throws where it has none of that name */
export function nodeOf(workflow: WorkflowFile, name: string): WorkflowFile['nodes'][number] {
	const node = workflow.nodes.find((candidate) => candidate.name === name);
	if (node === undefined) throw new Error(`${workflow.name} has no node ${name}`);
	return node;
}

/** A line of what n8n streams, and when it came. */
export interface StreamedLine {
	type: 'begin' | 'item' | 'end' | 'error';
	content?: string;
	metadata: { nodeName: string; itemIndex: number };
	atMs: number;
}

/** Posts JSON and reads n8n's streamed lines as they come. */
export async function postForStream(url: string, body: unknown): Promise<StreamedLine[]> {
	const response = await postJson(url, body);
	const lines: StreamedLine[] = [];
	const decoder = new TextDecoder();
	let rest = '';
	for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
		const [...complete] = (rest + decoder.decode(chunk, { stream: true })).split('\n');
		rest = complete.pop() ?? '';
		const atMs = performance.now();
		for (const line of complete) lines.push({ ...(JSON.parse(line) as StreamedLine), atMs });
	}
	return lines;
}

export async function postJson(
	url: string,
	body: unknown,
	signal?: AbortSignal,
): Promise<Response> {
	return await fetch(url, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(body),
		signal,
	});
}

/** The words that a listener has heard. */
export const textOf = (lines: StreamedLine[]): string =>
	lines.map(({ type, content }) => (type === 'item' ? content : '')).join('');
