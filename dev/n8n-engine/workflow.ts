import type {
	IConnections,
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	NodeConnectionType,
	StructuredChunk,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import { agentNode, asTool } from './agent';
import type { LoadedPackage } from './nodeTypes';
import { nodeTypesOf, startNode } from './nodeTypes';

const START = 'local.start';
const AGENT = 'local.agent';
export const DIFY = 'n8n-nodes-dify-chat.dify';

export interface ExecutionRequest {
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
	/** Runs the node as a tool of an agent that calls it with these. */
	toolArguments?: IDataObject;
	/** Another node in the Dify node's place, to measure against. */
	insteadOfDify?: INodeType;
}

/** What of a job makes its workflow. */
type WorkflowJob = Pick<
	ExecutionRequest,
	'parameters' | 'items' | 'onError' | 'insteadOfDify' | 'toolArguments'
>;

/** The workflow of a job: a trigger and the Dify node, or an agent between them. */
export function workflowOf({ nodeTypes }: LoadedPackage, job: WorkflowJob): Workflow {
	const { parameters, items, onError, insteadOfDify, toolArguments } = job;
	const isTool = toolArguments !== undefined;
	const dify: INode = {
		id: 'dify',
		name: 'Dify',
		type: isTool ? `${DIFY}Tool` : DIFY,
		typeVersion: 1,
		position: [200, 0],
		parameters: { resource: 'chatMessage', operation: 'send', ...parameters },
		credentials: { difyApi: { id: 'credential', name: 'Dify' } },
		...(onError !== undefined && { onError }),
	};
	const nodes = [plainNode('Start', START), ...(isTool ? [plainNode('Agent', AGENT)] : []), dify];
	return new Workflow({
		id: 'workflow',
		name: 'Dify',
		nodes,
		connections: isTool
			? { Start: to('Agent', 'main'), Dify: to('Agent', 'ai_tool') }
			: { Start: to('Dify', 'main') },
		active: false,
		nodeTypes: nodeTypesOf({
			...nodeTypes,
			[START]: startNode(items ?? [{ json: {} }]),
			...(insteadOfDify !== undefined && { [DIFY]: insteadOfDify }),
			...(isTool && {
				[AGENT]: agentNode(toolArguments),
				[`${DIFY}Tool`]: asTool(nodeTypes[DIFY] as INodeType),
			}),
		}),
	});
}

function plainNode(name: string, type: string): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {} };
}

function to(node: string, type: NodeConnectionType): IConnections[string] {
	return { [type]: [[{ node, type, index: 0 }]] };
}
