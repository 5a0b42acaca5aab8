import type { IWorkflowExecuteAdditionalData, Workflow } from 'n8n-workflow';
import { LoadOptionsContext } from 'n8n-core';

/** Calls a method of the node as n8n's form does: with what has been filled in, and no execution. */
export async function loadContext(
	workflow: Workflow,
	additionalData: IWorkflowExecuteAdditionalData,
	nodeType: string,
	group: 'listSearch' | 'resourceMapping',
	name: string,
	args: Array<string | undefined>,
): Promise<unknown> {
	const node = Object.values(workflow.nodes).find(({ type }) => type === nodeType);
	if (node === undefined) throw new Error(`the workflow has no node of type ${nodeType}`);
	const type = workflow.nodeTypes.getByNameAndVersion(nodeType, 1);
	const method = type.methods?.[group]?.[name] as
		((this: LoadOptionsContext, ...rest: unknown[]) => Promise<unknown>) | undefined;
	if (method === undefined) throw new Error(`${nodeType} has no method ${group}.${name}`);
	additionalData.currentNodeParameters = node.parameters;
	return await method.call(new LoadOptionsContext(workflow, node, additionalData, ''), ...args);
}
