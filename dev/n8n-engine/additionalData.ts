import type {
	ICredentialDataDecryptedObject,
	IWorkflowExecuteAdditionalData,
	Workflow,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { ExecutionLifecycleHooks } from 'n8n-core';
import { InMemoryCredentialsHelper } from './credentials';
import type { LoadedPackage } from './nodeTypes';

interface ExecutionSetup {
	credentialTypes: LoadedPackage['credentialTypes'];
	credentials: ICredentialDataDecryptedObject;
	workflow: Workflow;
	mode: WorkflowExecuteMode;
}

/** Returns what n8n's server passes to an execution in addition to the workflow. */
export function buildAdditionalData({
	credentialTypes,
	credentials,
	workflow,
	mode,
}: ExecutionSetup): IWorkflowExecuteAdditionalData {
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
		credentialsHelper: new InMemoryCredentialsHelper(credentialTypes, credentials),
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
		// n8n's type has about forty more fields, for queues, agents and sub-workflows. The nodes here do not use them.
	} as unknown as IWorkflowExecuteAdditionalData;
}
