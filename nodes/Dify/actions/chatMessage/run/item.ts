import type { IDataObject } from 'n8n-workflow';
import type { RunResult } from '../../../../../protocol/stream/result';
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

/** At most ten fields; a paused run, which has no usage and no sources yet, shows what lets it go on. */
function simplified(result: RunResult): IDataObject {
	const { answer, mode, status, metadata, files } = result;
	const { usage, retriever_resources } = metadata;
	return {
		answer,
		...ids(result),
		mode,
		status,
		...(status === 'paused' ? pauseOf(result) : { usage: usage ?? null, retriever_resources }),
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
		...(status === 'paused' && pauseOf(result)),
		status,
	} as unknown as IDataObject;
}

/** What the operation 'Submit Form' needs. */
function pauseOf({
	workflow,
	human_input,
}: RunResult): Pick<RunResult, 'human_input'> & { workflow_run_id: string | null } {
	return { workflow_run_id: workflow?.id ?? null, human_input };
}

function ids({ conversation_id, message_id, task_id }: RunResult): IDataObject {
	return {
		conversation_id: conversation_id ?? null,
		message_id: message_id ?? null,
		task_id: task_id ?? null,
	};
}
