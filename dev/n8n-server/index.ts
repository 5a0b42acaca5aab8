import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstalledN8n } from './install';
import { findFreePort, N8nProcess } from './process';
import { RestClient } from './restClient';

export { installN8n, N8N_VERSION } from './install';
export type { InstalledN8n } from './install';

/** The owner account of every server. A server listens on loopback only, and its data is deleted when it stops. */
export const OWNER = { email: 'owner@example.com', password: 'Loopback-0nly' } as const;

export interface N8nOptions {
	n8n: InstalledN8n;
	/** The unpacked result of `npm pack`. */
	packageDirectory: string;
	/** n8n's environment variables, such as `EXECUTIONS_MODE`, in addition to those that every server gets. */
	env?: Record<string, string>;
}

/** A workflow as n8n exports it to a file. */
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

/**
 * A real n8n server on loopback, with the packed node installed as a community package. It has its own user folder
 * and an owner account.
 */
export class N8nServer {
	/** n8n's REST API, signed in as the owner. */
	readonly rest: RestClient;
	private mainProcess: N8nProcess;

	private constructor(
		/** `http://127.0.0.1:PORT`. */
		readonly origin: string,
		private readonly n8n: InstalledN8n,
		private readonly env: Record<string, string>,
	) {
		this.rest = new RestClient(origin);
		this.mainProcess = this.spawnMain();
	}

	/** @throws if n8n does not start; the message contains the end of n8n's log */
	static async start({ n8n, packageDirectory, env = {} }: N8nOptions): Promise<N8nServer> {
		const userFolder = mkdtempSync(join(tmpdir(), 'n8n-'));
		const port = await findFreePort();
		const allEnv = { ...(await defaultEnv(userFolder, port)), ...env };
		installPackage(packageDirectory, userFolder);
		const server = new N8nServer(`http://127.0.0.1:${port}`, n8n, allEnv);
		try {
			await server.waitUntilReady();
			await server.rest.request('POST', '/owner/setup', {
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

	/** The server's main process. */
	get main(): N8nProcess {
		return this.mainProcess;
	}

	/** Restarts the server with a new build of the package. Its address, account and workflows stay the same. */
	async restart(packageDirectory: string): Promise<void> {
		await this.mainProcess.stop();
		installPackage(packageDirectory, this.userFolder);
		this.mainProcess = this.spawnMain();
		await this.waitUntilReady();
	}

	/** Creates a credential as n8n's credential form does. */
	async createCredential(
		name: string,
		type: string,
		data: Record<string, unknown>,
	): Promise<Credential> {
		return await this.rest.request<Credential>('POST', '/credentials', { name, type, data });
	}

	/**
	 * Imports a workflow file. n8n finds the credentials by their names.
	 *
	 * @returns the workflow's id
	 */
	async importWorkflow(workflow: WorkflowFile): Promise<string> {
		const { id } = await this.rest.request<{ id: string }>('POST', '/workflows', workflow);
		return id;
	}

	/**
	 * Publishes a workflow and waits until its triggers are registered.
	 *
	 * @throws if n8n cannot publish the workflow
	 */
	async activate(workflowId: string): Promise<void> {
		const { versionId } = await this.rest.request<{ versionId: string }>(
			'GET',
			`/workflows/${workflowId}`,
		);
		await this.rest.request('POST', `/workflows/${workflowId}/activate`, { versionId });
		// n8n registers webhooks and schedules after it has responded.
		for (;;) {
			const publication = await this.rest.request<{ status: string }>(
				'GET',
				`/workflows/${workflowId}/publication-status`,
			);
			if (publication.status === 'published') return;
			if (publication.status !== 'in_progress') {
				throw new Error(`n8n did not publish the workflow: ${JSON.stringify(publication)}`);
			}
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}

	/** Starts another process of this n8n: a command such as `execute --id ID`, or a worker. The caller stops it. */
	async startCommand(...args: string[]): Promise<N8nProcess> {
		const brokerPort = String(await findFreePort());
		return N8nProcess.spawn(this.n8n, args, { ...this.env, N8N_RUNNERS_BROKER_PORT: brokerPort });
	}

	/** Stops the server and deletes its user folder. */
	async stop(): Promise<void> {
		await this.mainProcess.stop();
		rmSync(this.userFolder, { recursive: true, force: true });
	}

	private get userFolder(): string {
		return this.env.N8N_USER_FOLDER as string;
	}

	private spawnMain(): N8nProcess {
		return N8nProcess.spawn(this.n8n, ['start'], this.env);
	}

	private async waitUntilReady(): Promise<void> {
		await this.mainProcess.waitForOutput('Editor is now accessible');
	}
}

/** Copies the package to the place where n8n installs community packages. */
function installPackage(packageDirectory: string, userFolder: string): void {
	const target = join(userFolder, '.n8n/nodes/node_modules/n8n-nodes-dify-chat');
	rmSync(target, { recursive: true, force: true });
	mkdirSync(target, { recursive: true });
	cpSync(packageDirectory, target, { recursive: true });
}

async function defaultEnv(userFolder: string, port: number): Promise<Record<string, string>> {
	return {
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(await findFreePort()),
		N8N_ENCRYPTION_KEY: 'only-for-this-loopback-server',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'false',
		N8N_SECURE_COOKIE: 'false',
		// n8n sends no request to the internet.
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'mcp-registry',
		EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'all',
	};
}
