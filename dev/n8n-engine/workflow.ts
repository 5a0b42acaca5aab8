import type {
	IConnections,
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	IWorkflowSettings,
	NodeConnectionType,
	StructuredChunk,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import { createAgentNode, toToolNode } from './agent';
import type { LoadedPackage } from './nodeTypes';
import { createNodeTypes, createStartNode } from './nodeTypes';

const START_NODE_TYPE = 'local.start';
const AGENT_NODE_TYPE = 'local.agent';
export const DIFY_NODE_TYPE = 'n8n-nodes-dify-chat.dify';

export interface ExecutionRequest {
	/** Parameters of the Dify node. `resource` and `operation` default to `chatMessage` and `send`. */
	parameters: INodeParameters;
	/** Output of the trigger. Default: one empty item. */
	items?: INodeExecutionData[];
	credentials: ICredentialDataDecryptedObject;
	onError?: INode['onError'];
	/** Settings of the workflow, such as `binaryMode`. */
	settings?: IWorkflowSettings;
	/** Whether the execution streams, as it does behind a webhook that responds with a stream. */
	streaming?: boolean;
	onChunk?: (chunk: StructuredChunk) => void;
	mode?: WorkflowExecuteMode;
	/** Cancels the execution, as the Stop button in n8n does. */
	cancel?: AbortSignal;
	/** If set, an agent calls the node as a tool with these arguments. */
	toolArguments?: IDataObject;
	/** The type of the trigger that starts the execution, such as n8n's Chat Trigger. */
	triggerType?: string;
	/** The type of another trigger before the Dify node. It does not run. */
	otherTriggerType?: string;
	/** If set, this node runs in place of the Dify node. The measurements use it as a baseline. */
	replacementNode?: INodeType;
}

/** The part of a request that determines its workflow. */
type WorkflowRequest = Pick<
	ExecutionRequest,
	| 'parameters'
	| 'items'
	| 'onError'
	| 'settings'
	| 'replacementNode'
	| 'toolArguments'
	| 'triggerType'
	| 'otherTriggerType'
>;

/** Builds the workflow of a request: a trigger and the Dify node, or a trigger and an agent with the Dify node as its tool. */
export function buildWorkflow({ nodeTypes }: LoadedPackage, request: WorkflowRequest): Workflow {
	const { parameters, items, onError, settings, replacementNode, toolArguments } = request;
	const { triggerType = START_NODE_TYPE, otherTriggerType } = request;
	const startNode = createStartNode(items ?? [{ json: {} }]);
	const isTool = toolArguments !== undefined;
	const dify: INode = {
		id: 'dify',
		name: 'Dify',
		type: isTool ? `${DIFY_NODE_TYPE}Tool` : DIFY_NODE_TYPE,
		typeVersion: 1,
		position: [200, 0],
		parameters: { resource: 'chatMessage', operation: 'send', ...parameters },
		credentials: { difyApi: { id: 'credential', name: 'Dify' } },
		...(onError !== undefined && { onError }),
	};
	const nodes = [
		createNode('Start', triggerType),
		...(otherTriggerType !== undefined ? [createNode('Other', otherTriggerType)] : []),
		...(isTool ? [createNode('Agent', AGENT_NODE_TYPE)] : []),
		dify,
	];
	return new Workflow({
		id: 'workflow',
		name: 'Dify',
		nodes,
		connections: isTool
			? { Start: connectTo('Agent', 'main'), Dify: connectTo('Agent', 'ai_tool') }
			: {
					Start: connectTo('Dify', 'main'),
					...(otherTriggerType !== undefined && { Other: connectTo('Dify', 'main') }),
				},
		active: false,
		settings,
		nodeTypes: createNodeTypes({
			...nodeTypes,
			[triggerType]: startNode,
			...(otherTriggerType !== undefined && { [otherTriggerType]: startNode }),
			...(replacementNode !== undefined && { [DIFY_NODE_TYPE]: replacementNode }),
			...(isTool && {
				[AGENT_NODE_TYPE]: createAgentNode(toolArguments),
				[`${DIFY_NODE_TYPE}Tool`]: toToolNode(nodeTypes[DIFY_NODE_TYPE] as INodeType),
			}),
		}),
	});
}

function createNode(name: string, type: string): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {} };
}

function connectTo(node: string, type: NodeConnectionType): IConnections[string] {
	return { [type]: [[{ node, type, index: 0 }]] };
}
