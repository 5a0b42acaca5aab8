import './environment';
import { Container } from '@n8n/di';
import type { ExecutionLifecycleHooks } from 'n8n-core';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	INodeExecutionData,
	INodeParameters,
	IRun,
	IWorkflowExecuteAdditionalData,
	StructuredChunk,
	Workflow,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { BinaryDataConfig, BinaryDataService, LoadOptionsContext, WorkflowExecute } from 'n8n-core';
import { buildAdditionalData } from './additionalData';
import { testCredential } from './credentialTest';
import type { CredentialTestResult } from './credentialTest';
import type { LoadedPackage } from './nodeTypes';
import { loadPackage } from './nodeTypes';
import type { ExecutionRequest } from './workflow';
import { buildWorkflow, DIFY_NODE_TYPE } from './workflow';

export type { ExecutionRequest };

export interface ExecutionResult {
	/** Items of the Dify node, or of the agent if the node ran as a tool: one array per output. */
	outputs: INodeExecutionData[][];
	/** The error of a failed execution. */
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

type NodeMethod = (this: LoadOptionsContext, ...args: unknown[]) => Promise<unknown>;

/** n8n's own workflow engine, in this process, with the packed node. */
export class N8nEngine {
	private constructor(
		private readonly loaded: LoadedPackage,
		private readonly binaryData: BinaryDataService,
	) {}

	/**
	 * Loads the engine and the package.
	 *
	 * @param packageDirectory the unpacked result of `npm pack`
	 * @param binaryMode `default` keeps binary data in the item, `filesystem` keeps it in files
	 */
	static async create(
		packageDirectory: string,
		binaryMode: 'default' | 'filesystem' = 'default',
	): Promise<N8nEngine> {
		Container.get(BinaryDataConfig).mode = binaryMode;
		const binaryData = Container.get(BinaryDataService);
		await binaryData.init();
		return new N8nEngine(await loadPackage(packageDirectory), binaryData);
	}

	/** Executes a workflow that consists of a trigger and the Dify node. */
	async run(request: ExecutionRequest): Promise<ExecutionResult> {
		const mode = request.mode ?? (request.streaming === true ? 'webhook' : 'manual');
		const workflow = buildWorkflow(this.loaded, request);
		const additionalData = this.additionalDataFor(workflow, request.credentials, mode);
		const chunks: StructuredChunk[] = [];
		if (request.streaming === true) {
			additionalData.streamingEnabled = true;
			(additionalData.hooks as ExecutionLifecycleHooks).addHandler('sendChunk', (chunk) => {
				chunks.push(chunk);
				request.onChunk?.(chunk);
			});
		}
		const startedAt = performance.now();
		const execution = new WorkflowExecute(additionalData, mode).run({
			workflow,
			startNode: workflow.getNode('Start') ?? undefined,
		});
		request.cancel?.addEventListener('abort', () => execution.cancel(), { once: true });
		const run = await execution;
		const durationMs = performance.now() - startedAt;
		const { runData, error } = run.data.resultData;
		const nodeRun = runData[request.toolArguments === undefined ? 'Dify' : 'Agent']?.[0];
		return {
			outputs: (nodeRun?.data?.main ?? []).map((items) => items ?? []),
			error: error as ExecutionResult['error'],
			hints: nodeRun?.hints ?? [],
			chunks,
			run,
			durationMs,
		};
	}

	/** Tests a credential as n8n's credential form does. */
	async testCredential(credentials: ICredentialDataDecryptedObject): Promise<CredentialTestResult> {
		const type = this.loaded.credentialTypes.get('difyApi');
		if (type === undefined) throw new Error('The package has no credential type difyApi.');
		const workflow = buildWorkflow(this.loaded, { parameters: {} });
		const additionalData = this.additionalDataFor(workflow, credentials, 'internal');
		return await testCredential(type, credentials, additionalData);
	}

	/** Calls a method of the node as n8n's node form does: with the parameters entered so far, without an execution. */
	async callMethod(
		group: 'listSearch' | 'resourceMapping',
		method: string,
		parameters: INodeParameters,
		credentials: ICredentialDataDecryptedObject,
		...args: Array<string | undefined>
	): Promise<unknown> {
		const workflow = buildWorkflow(this.loaded, { parameters });
		const node = workflow.getNode('Dify');
		const { methods } = workflow.nodeTypes.getByNameAndVersion(DIFY_NODE_TYPE, 1);
		const run = methods?.[group]?.[method] as NodeMethod | undefined;
		if (node === null || run === undefined) {
			throw new Error(`The node has no method ${group}.${method}.`);
		}
		const additionalData = this.additionalDataFor(workflow, credentials, 'internal');
		additionalData.currentNodeParameters = node.parameters;
		return await run.call(new LoadOptionsContext(workflow, node, additionalData, ''), ...args);
	}

	/** Stores binary data as an earlier node of the workflow would, in this engine's binary mode. */
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

	/** Returns the bytes of a binary field, in either binary mode. */
	async readBinary(binary: IBinaryData | undefined): Promise<Buffer> {
		if (binary === undefined) throw new Error('The item has no such binary field.');
		return await this.binaryData.getAsBuffer(binary);
	}

	private additionalDataFor(
		workflow: Workflow,
		credentials: ICredentialDataDecryptedObject,
		mode: WorkflowExecuteMode,
	): IWorkflowExecuteAdditionalData {
		const { credentialTypes } = this.loaded;
		return buildAdditionalData({ credentialTypes, credentials, workflow, mode });
	}
}
