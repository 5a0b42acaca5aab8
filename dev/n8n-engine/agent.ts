import type { IDataObject, INodeType } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

interface Tool {
	invoke(toolArguments: IDataObject): Promise<unknown>;
}

/** An agent without a model: it calls its one tool, and gives what the tool said, or why it failed. */
export function agentNode(toolArguments: IDataObject): INodeType {
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
			if (tool === undefined) throw new Error('the agent has no tool');
			try {
				const said = String(await tool.invoke(toolArguments));
				return [[{ json: { said: JSON.parse(said) } }]];
			} catch (error) {
				return [[{ json: { failed: (error as Error).message } }]];
			}
		},
	};
}

/** A node with `usableAsTool` as n8n's server offers it to agents: a type of its own, connected as a tool. */
export function asTool(node: INodeType): INodeType {
	const { description } = node;
	if (description.usableAsTool !== true) throw new Error(`${description.name} is no tool`);
	// Methods stay those of the node's class.
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
