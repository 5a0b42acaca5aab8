import './environment';
import 'reflect-metadata';
import { Container } from '@n8n/di';
import type { ExecutionLifecycleHooks } from 'n8n-core';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	INodeExecutionData,
	INodeParameters,
	IRun,
	StructuredChunk,
} from 'n8n-workflow';
import { BinaryDataConfig, BinaryDataService, WorkflowExecute } from 'n8n-core';
import { additionalDataOf } from './additionalData';
import { testCredential } from './credentialTest';
import type { CredentialTestResult } from './credentialTest';
import { loadContext } from './loadContext';
import type { LoadedPackage } from './nodeTypes';
import { loadPackage } from './nodeTypes';
import type { ExecutionRequest } from './workflow';
import { DIFY, workflowOf } from './workflow';

export type { ExecutionRequest };

export interface ExecutionResult {
	/** Of the Dify node, or of the agent whose tool it is: an array for each output. */
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
export class N8nEngine {
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
	): Promise<N8nEngine> {
		Container.get(BinaryDataConfig).mode = binaryMode;
		const binaryData = Container.get(BinaryDataService);
		await binaryData.init();
		return new N8nEngine(await loadPackage(packageDirectory), binaryData);
	}

	/** Runs a workflow of a trigger and the Dify node. */
	async run(job: ExecutionRequest): Promise<ExecutionResult> {
		const mode = job.mode ?? (job.streaming === true ? 'webhook' : 'manual');
		const workflow = workflowOf(this.loaded, job);
		const chunks: StructuredChunk[] = [];
		const additionalData = additionalDataOf(
			this.loaded.credentialTypes,
			job.credentials,
			workflow,
			mode,
		);
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
		const data =
			run.data.resultData.runData[job.toolArguments === undefined ? 'Dify' : 'Agent']?.[0];
		return {
			outputs: (data?.data?.main ?? []).map((items) => items ?? []),
			error: run.data.resultData.error as ExecutionResult['error'],
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
		const workflow = workflowOf(this.loaded, { parameters: {} });
		const additionalData = additionalDataOf(
			this.loaded.credentialTypes,
			credentials,
			workflow,
			'internal',
		);
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
		const workflow = workflowOf(this.loaded, { parameters });
		const additionalData = additionalDataOf(
			this.loaded.credentialTypes,
			credentials,
			workflow,
			'internal',
		);
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

	/** The bytes of a binary field, wherever this engine's mode keeps them. */
	async readBinary(binary: IBinaryData | undefined): Promise<Buffer> {
		if (binary === undefined) throw new Error('there is no such binary field');
		return await this.binaryData.getAsBuffer(binary);
	}
}
