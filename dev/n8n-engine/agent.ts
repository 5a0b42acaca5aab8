import type { IDataObject, INodeType } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

interface Tool {
	invoke(toolArguments: IDataObject): Promise<unknown>;
}

/** Returns an agent node without a model. It calls its only tool once and returns the tool's result or error. */
export function createAgentNode(toolArguments: IDataObject): INodeType {
	return {
		description: {
			displayName: 'Agent',
			name: 'agent',
			group: ['transform'],
			version: 1,
			description: 'Calls its tool once',
			defaults: { name: 'Agent' },
			inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		async execute() {
			const tools = await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0);
			const [tool] = tools as Tool[];
			if (tool === undefined) throw new Error('The agent has no tool.');
			try {
				const response = String(await tool.invoke(toolArguments));
				return [[{ json: { response: JSON.parse(response) } }]];
			} catch (error) {
				return [[{ json: { error: (error as Error).message } }]];
			}
		},
	};
}

/** Converts a node with `usableAsTool` to a tool node, as n8n's server does for agents. */
export function toToolNode(node: INodeType): INodeType {
	const { description } = node;
	if (description.usableAsTool !== true)
		throw new Error(`The node ${description.name} cannot be used as a tool.`);
	// The tool inherits all methods of the node.
	return Object.create(node, {
		description: {
			value: {
				...description,
				name: `${description.name}Tool`,
				inputs: [],
				outputs: [NodeConnectionTypes.AiTool],
			},
		},
	}) as INodeType;
}
