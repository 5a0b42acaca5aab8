import './environment';
import 'reflect-metadata';
import { Container } from '@n8n/di';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	IRun,
	IWorkflowExecuteAdditionalData,
	StructuredChunk,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import {
	BinaryDataConfig,
	BinaryDataService,
	ExecutionLifecycleHooks,
	WorkflowExecute,
} from 'n8n-core';
import { CredentialsInMemory } from './credentials';
import { testCredential } from './credentialTest';
import type { CredentialTestResult } from './credentialTest';
import { loadContext } from './loadContext';
import type { LoadedPackage } from './nodeTypes';
import { loadPackage, nodeTypesOf, startNode } from './nodeTypes';

const START = 'local.start';
const DIFY = 'n8n-nodes-dify-chat.dify';

export interface Job {
	/** Of the Dify node; `resource` and `operation` have their defaults. */
	parameters: INodeParameters;
	/** What the trigger gives; one empty item by default. */
	items?: INodeExecutionData[];
	credentials: ICredentialDataDecryptedObject;
	onError?: INode['onError'];
	/** Whether the execution streams, as behind a webhook that responds so. */
	streaming?: boolean;
	onChunk?: (chunk: StructuredChunk) => void;
	mode?: WorkflowExecuteMode;
	/** Cancels the execution as n8n's stop button does. */
	cancel?: AbortSignal;
	/** Another node in the Dify node's place, to measure against. */
	insteadOfDify?: INodeType;
}

export interface Outcome {
	/** Of the Dify node, an array for each of its outputs. */
	outputs: INodeExecutionData[][];
	/** What the execution ended with, where it did not succeed. */
	error?: {
		message: string;
		description?: string | null;
		context?: Record<string, unknown>;
		name?: string;
	};
	hints: Array<{ message: string }>;
	chunks: StructuredChunk[];
	run: IRun;
	durationMs: number;
}

/** n8n's own engine, in this process, with the packed node in it. */
export class Engine {
	private constructor(
		private readonly loaded: LoadedPackage,
		private readonly binaryData: BinaryDataService,
	) {}

	/**
	 * @param packageDirectory the unpacked `npm pack`
	 * @param binaryMode `default` keeps binary data in the item, `filesystem` in files
	 */
	static async create(
		packageDirectory: string,
		binaryMode: 'default' | 'filesystem' = 'default',
	): Promise<Engine> {
		Container.get(BinaryDataConfig).mode = binaryMode;
		const binaryData = Container.get(BinaryDataService);
		await binaryData.init();
		return new Engine(await loadPackage(packageDirectory), binaryData);
	}

	/** Runs a workflow of a trigger and the Dify node. */
	async run(job: Job): Promise<Outcome> {
		const mode = job.mode ?? (job.streaming === true ? 'webhook' : 'manual');
		const workflow = this.workflow(job);
		const chunks: StructuredChunk[] = [];
		const additionalData = this.additionalData(job.credentials, workflow, mode);
		if (job.streaming === true) {
			additionalData.streamingEnabled = true;
			(additionalData.hooks as ExecutionLifecycleHooks).addHandler('sendChunk', (chunk) => {
				chunks.push(chunk);
				job.onChunk?.(chunk);
			});
		}
		const startedAt = performance.now();
		const execution = new WorkflowExecute(additionalData, mode).run({
			workflow,
			startNode: workflow.getNode('Start') ?? undefined,
		});
		job.cancel?.addEventListener('abort', () => execution.cancel(), { once: true });
		const run = await execution;
		const durationMs = performance.now() - startedAt;
		const data = run.data.resultData.runData.Dify?.[0];
		return {
			outputs: (data?.data?.main ?? []).map((items) => items ?? []),
			error: run.data.resultData.error as Outcome['error'],
			hints: data?.hints ?? [],
			chunks,
			run,
			durationMs,
		};
	}

	/** Tests a credential as n8n's credential form does. */
	async testCredential(credentials: ICredentialDataDecryptedObject): Promise<CredentialTestResult> {
		const type = this.loaded.credentialTypes.get('difyApi');
		if (type === undefined) throw new Error('the package has no credential type difyApi');
		const workflow = this.workflow({ parameters: {}, credentials });
		const additionalData = this.additionalData(credentials, workflow, 'internal');
		return await testCredential(type, credentials, additionalData);
	}

	/** Calls one of the node's methods as n8n's form does, with the parameters filled in so far. */
	async callMethod(
		group: 'listSearch' | 'resourceMapping',
		method: string,
		parameters: INodeParameters,
		credentials: ICredentialDataDecryptedObject,
		...args: Array<string | undefined>
	): Promise<unknown> {
		const workflow = this.workflow({ parameters, credentials });
		const additionalData = this.additionalData(credentials, workflow, 'internal');
		return await loadContext(workflow, additionalData, DIFY, group, method, args);
	}

	/** Binary data as an earlier node would have left it, in this engine's mode. */
	async prepareBinary(bytes: Buffer, fileName: string, mimeType: string): Promise<IBinaryData> {
		const location = {
			type: 'execution',
			workflowId: 'workflow',
			executionId: 'execution',
		} as const;
		const fileExtension = fileName.split('.').at(-1);
		return await this.binaryData.store(location, bytes, {
			data: '',
			mimeType,
			fileName,
			fileExtension,
		});
	}

	private workflow({ parameters, items, onError, insteadOfDify }: Job): Workflow {
		const nodes: INode[] = [
			{ id: 'start', name: 'Start', type: START, typeVersion: 1, position: [0, 0], parameters: {} },
			{
				id: 'dify',
				name: 'Dify',
				type: DIFY,
				typeVersion: 1,
				position: [200, 0],
				parameters: { resource: 'chatMessage', operation: 'send', ...parameters },
				credentials: { difyApi: { id: 'credential', name: 'Dify' } },
				...(onError !== undefined && { onError }),
			},
		];
		return new Workflow({
			id: 'workflow',
			name: 'Dify',
			nodes,
			connections: { Start: { main: [[{ node: 'Dify', type: 'main', index: 0 }]] } },
			active: false,
			nodeTypes: nodeTypesOf({
				...this.loaded.nodeTypes,
				[START]: startNode(items ?? [{ json: {} }]),
				...(insteadOfDify !== undefined && { [DIFY]: insteadOfDify }),
			}),
		});
	}

	private additionalData(
		credentials: ICredentialDataDecryptedObject,
		workflow: Workflow,
		mode: WorkflowExecuteMode,
	): IWorkflowExecuteAdditionalData {
		const base = 'http://127.0.0.1:5678';
		const { name, nodes, connectionsBySourceNode: connections } = workflow;
		const now = new Date();
		const definition = {
			id: 'workflow',
			name: name ?? 'Dify',
			nodes: Object.values(nodes),
			connections,
			active: false,
			isArchived: false,
			activeVersionId: null,
			createdAt: now,
			updatedAt: now,
		};
		return {
			credentialsHelper: new CredentialsInMemory(this.loaded.credentialTypes, credentials),
			hooks: new ExecutionLifecycleHooks(mode, 'execution', definition),
			executionId: 'execution',
			currentNodeExecutionIndex: 0,
			restApiUrl: `${base}/rest`,
			instanceBaseUrl: base,
			formBaseUrl: `${base}/form`,
			formWaitingBaseUrl: `${base}/form-waiting`,
			formTestBaseUrl: `${base}/form-test`,
			webhookBaseUrl: `${base}/webhook`,
			webhookWaitingBaseUrl: `${base}/webhook-waiting`,
			webhookTestBaseUrl: `${base}/webhook-test`,
			mcpBaseUrl: `${base}/mcp`,
			mcpTestBaseUrl: `${base}/mcp-test`,
			variables: {},
			logAiEvent: () => undefined,
		} as unknown as IWorkflowExecuteAdditionalData;
	}
}
