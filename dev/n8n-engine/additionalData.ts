import type {
	ICredentialDataDecryptedObject,
	IWorkflowExecuteAdditionalData,
	Workflow,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { ExecutionLifecycleHooks } from 'n8n-core';
import { CredentialsInMemory } from './credentials';
import type { LoadedPackage } from './nodeTypes';

/** What n8n's server gives an execution beside its workflow. */
export function additionalDataOf(
	credentialTypes: LoadedPackage['credentialTypes'],
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
		credentialsHelper: new CredentialsInMemory(credentialTypes, credentials),
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
		// n8n's type names forty more fields, of queues, agents and sub-workflows, that no node here reaches.
	} as unknown as IWorkflowExecuteAdditionalData;
}
