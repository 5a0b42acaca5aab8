import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	INode,
	INodeType,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { createRunExecutionData, NodeConnectionTypes, Workflow } from 'n8n-workflow';
import { ExecuteContext, RoutingNode } from 'n8n-core';
import { createNodeTypes } from './nodeTypes';

export interface CredentialTestResult {
	status: 'OK' | 'Error';
	message: string;
}

/**
 * Tests a credential as n8n's server does: sends the credential type's `test` request with a temporary routing node,
 * then applies the type's rules to the response.
 */
export async function testCredential(
	type: ICredentialType,
	credentials: ICredentialDataDecryptedObject,
	additionalData: IWorkflowExecuteAdditionalData,
): Promise<CredentialTestResult> {
	const { test } = type;
	if (test === undefined) throw new Error(`The credential type ${type.name} has no test.`);
	const nodeType: INodeType = {
		description: {
			displayName: 'Credential test',
			name: 'credentialTest',
			group: [],
			version: 1,
			description: '',
			defaults: { name: 'Credential test' },
			inputs: [NodeConnectionTypes.Main],
			outputs: [NodeConnectionTypes.Main],
			credentials: [{ name: type.name, required: true }],
			properties: [
				{
					displayName: 'Temp',
					name: 'temp',
					type: 'string',
					default: '',
					routing: { request: test.request },
				},
			],
		},
	};
	const node: INode = {
		id: 'test',
		name: 'Test',
		type: 'local.credentialTest',
		typeVersion: 1,
		position: [0, 0],
		parameters: { temp: '' },
		credentials: { [type.name]: { id: 'credential', name: 'Dify' } },
	};
	const nodeTypes = createNodeTypes({ 'local.credentialTest': nodeType });
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const input = [{ json: {} }];
	const data = { main: [input] };
	const executeData = { node, data, source: null };
	const context = new ExecuteContext(
		workflow,
		node,
		additionalData,
		'internal',
		createRunExecutionData(),
		0,
		input,
		data,
		executeData,
		[],
	);
	let response;
	try {
		response = await new RoutingNode(context, nodeType, {
			id: 'credential',
			name: 'Dify',
			type: type.name,
			data: credentials,
		}).runNode();
	} catch (error) {
		const { message, cause } = error as Error & {
			cause?: { code?: string; response?: { status?: number; statusText?: string } };
		};
		const { response: errorResponse, code } = cause ?? {};
		const explained = (test.rules ?? []).find(
			(rule) => rule.type === 'responseCode' && rule.properties.value === errorResponse?.status,
		);
		if (explained !== undefined) return { status: 'Error', message: explained.properties.message };
		const reason =
			errorResponse === undefined
				? (code ?? message)
				: errorResponse.statusText || `Received HTTP status code: ${errorResponse.status}`;
		return { status: 'Error', message: reason };
	}
	const body = response?.[0]?.[0]?.json ?? {};
	for (const rule of test.rules ?? []) {
		if (rule.type !== 'responseSuccessBody') continue;
		const { key, value, message } = rule.properties;
		if (body[key] === value) return { status: 'Error', message };
	}
	return { status: 'OK', message: 'Connection successful!' };
}
