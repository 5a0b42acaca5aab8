import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstalledN8n } from './install';
import { freePort, N8nProcess } from './process';
import { Rest } from './rest';

export { installN8n, N8N_VERSION } from './install';
export type { InstalledN8n } from './install';
export { startRedis } from './redis';
export type { Redis } from './redis';
export { RestError } from './rest';

/** Who owns each server that is started here: it listens on loopback alone, and its data is deleted at its end. */
export const OWNER = { email: 'owner@example.com', password: 'Loopback-0nly' } as const;

export interface N8nOptions {
	n8n: InstalledN8n;
	/** The unpacked `npm pack` of the node. */
	packageDirectory: string;
	/** n8n's own settings beside those that every server here has, such as `EXECUTIONS_MODE`. */
	env?: Record<string, string>;
}

export interface WorkflowFile {
	name: string;
	nodes: Array<{ name: string; type: string; [field: string]: unknown }>;
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
}

export interface Credential {
	id: string;
	name: string;
	type: string;
}

/** A real n8n on loopback, with the packed node as a community package, an owner, and a user folder of its own. */
export class N8nServer {
	/** What its owner may do, by n8n's REST. */
	readonly rest: Rest;

	private constructor(
		/** `http://127.0.0.1:PORT`. */
		readonly origin: string,
		readonly main: N8nProcess,
		private readonly n8n: InstalledN8n,
		private readonly env: Record<string, string>,
	) {
		this.rest = new Rest(origin);
	}

	/** @throws with the end of n8n's log, where it does not start */
	static async start({ n8n, packageDirectory, env = {} }: N8nOptions): Promise<N8nServer> {
		const userFolder = mkdtempSync(join(tmpdir(), 'n8n-'));
		const port = await freePort();
		const origin = `http://127.0.0.1:${port}`;
		const settings = { ...(await settingsOf(userFolder, port)), ...env };
		// Where n8n's own installation of community packages puts them.
		const packages = join(userFolder, '.n8n/nodes/node_modules');
		mkdirSync(packages, { recursive: true });
		cpSync(packageDirectory, join(packages, 'n8n-nodes-dify-chat'), { recursive: true });
		const main = N8nProcess.spawn(n8n, ['start'], settings);
		const server = new N8nServer(origin, main, n8n, settings);
		try {
			await main.printed('Editor is now accessible');
			await server.rest.call('POST', '/owner/setup', {
				...OWNER,
				firstName: 'Local',
				lastName: 'Owner',
			});
		} catch (error) {
			await server.stop();
			throw error;
		}
		return server;
	}

	/** Adds a credential as its form does, saved. */
	async createCredential(
		name: string,
		type: string,
		data: Record<string, unknown>,
	): Promise<Credential> {
		return await this.rest.call<Credential>('POST', '/credentials', { name, type, data });
	}

	/** Imports a workflow as a file of it is: credentials are found by their names. @returns its id */
	async importWorkflow(workflow: WorkflowFile): Promise<string> {
		const { id } = await this.rest.call<{ id: string }>('POST', '/workflows', workflow);
		return id;
	}

	/** Publishes a workflow and waits until its triggers work. @throws where one does not */
	async activate(workflowId: string): Promise<void> {
		const { versionId } = await this.rest.call<{ versionId: string }>(
			'GET',
			`/workflows/${workflowId}`,
		);
		await this.rest.call('POST', `/workflows/${workflowId}/activate`, { versionId });
		// n8n registers webhooks and schedules after it has answered.
		for (;;) {
			const publication = await this.rest.call<{ status: string }>(
				'GET',
				`/workflows/${workflowId}/publication-status`,
			);
			if (publication.status === 'published') return;
			if (publication.status !== 'in_progress') {
				throw new Error(`the workflow was not published: ${JSON.stringify(publication)}`);
			}
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}

	/** Another process of this n8n's: a command such as `execute --id`, or a worker. */
	async run(...args: string[]): Promise<N8nProcess> {
		const brokerPort = String(await freePort());
		return N8nProcess.spawn(this.n8n, args, {
			...this.env,
			N8N_RUNNERS_BROKER_PORT: brokerPort,
		});
	}

	/** Ends it and deletes its user folder. Workers are for those to end who started them. */
	async stop(): Promise<void> {
		await this.main.stop();
		rmSync(this.env.N8N_USER_FOLDER as string, { recursive: true, force: true });
	}
}

async function settingsOf(userFolder: string, port: number): Promise<Record<string, string>> {
	return {
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		N8N_ENCRYPTION_KEY: 'only-for-this-loopback-server',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'false',
		N8N_SECURE_COOKIE: 'false',
		// It asks no server on the internet for anything.
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'mcp-registry',
		EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'all',
	};
}
