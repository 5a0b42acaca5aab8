import type { IDataObject } from 'n8n-workflow';
import type { RunResult } from '../../../../../protocol/result';
import type { Run } from './run';

export interface ItemSettings {
	simplify: boolean;
	includeEvents: boolean;
	recovered: boolean;
}

/**
 * A run as an item: Dify's own names, the same whether the answer was streamed or not. What did not
 * come is null, so that an expression on it is no surprise.
 */
export function toItem(
	run: Run,
	{ simplify, includeEvents, recovered }: ItemSettings,
): IDataObject {
	const item = simplify
		? simplified(run.result)
		: { ...whole(run.result), timing: { ...run.timing } };
	return {
		...item,
		...(recovered && { recovered: true }),
		...(includeEvents && { events: run.events }),
	} as IDataObject;
}

/** At most ten fields; a paused run shows its form in place of the sources, which it has none of yet. */
function simplified(result: RunResult): IDataObject {
	const { answer, mode, status, metadata, files, human_input } = result;
	const isPaused = status === 'paused';
	return {
		answer,
		...ids(result),
		mode,
		status,
		usage: metadata.usage ?? null,
		...(isPaused ? { human_input } : { retriever_resources: metadata.retriever_resources }),
		files,
		created_at: result.created_at ?? null,
	} as IDataObject;
}

function whole(result: RunResult): IDataObject {
	const { answer, mode, metadata, files, agent_thoughts, workflow, reasoning, status } = result;
	return {
		answer,
		...ids(result),
		mode,
		created_at: result.created_at ?? null,
		metadata,
		files,
		agent_thoughts,
		workflow,
		...(reasoning !== undefined && { reasoning }),
		...(status === 'paused' && { human_input: result.human_input }),
		status,
	} as unknown as IDataObject;
}

function ids({ conversation_id, message_id, task_id }: RunResult): IDataObject {
	return {
		conversation_id: conversation_id ?? null,
		message_id: message_id ?? null,
		task_id: task_id ?? null,
	};
}
