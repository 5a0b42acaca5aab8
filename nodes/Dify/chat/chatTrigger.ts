import type { IExecuteFunctions } from 'n8n-workflow';

/** The types of n8n's Chat Trigger, the current one and the one of old workflows. */
const CHAT_TRIGGER_TYPES = [
	'@n8n/n8n-nodes-langchain.chatTrigger',
	'@n8n/n8n-nodes-langchain.manualChatTrigger',
];

/**
 * Returns whether a Chat Trigger before this node started the execution. n8n's chat then shows the field
 * `output`, `text` or `message` of the last node's item, and the item's JSON if it has none of them.
 * A node that an agent uses as a tool has no node before it, so it never counts.
 */
export function isStartedByChat(context: IExecuteFunctions, itemIndex: number): boolean {
	// n8n before 1.27 does not have the method.
	if (!('getParentNodes' in context)) return false;
	const chatTriggers = context
		.getParentNodes(context.getNode().name)
		.filter(({ type, disabled }) => CHAT_TRIGGER_TYPES.includes(type) && !disabled);
	// A workflow can have several triggers. Only one of them has run.
	return chatTriggers.some(({ name }) => hasRun(context, itemIndex, name));
}

function hasRun(context: IExecuteFunctions, itemIndex: number, nodeName: string): boolean {
	const { $ } = context.getWorkflowDataProxy(itemIndex) as unknown as {
		$: (name: string) => { isExecuted?: boolean };
	};
	return $(nodeName).isExecuted === true;
}
