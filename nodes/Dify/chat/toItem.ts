import type { IDataObject } from 'n8n-workflow';
import type { RunResult } from '../../../protocol/stream/result';
import type { RunOutcome } from './ChatRun';

export interface ItemSettings {
	/** Whether to keep only the fields that most workflows use. */
	simplify: boolean;
	includeEvents: boolean;
	/** Whether a part of the answer was fetched after the stream broke. */
	isRecovered: boolean;
	/** Whether a chat started the execution. n8n's chat shows the field `output` of the item. */
	isChat: boolean;
}

/**
 * Returns the JSON of an item for a run, with Dify's field names. The fields are the same in both
 * response modes. A field that Dify did not send is null, so that expressions work.
 */
export function toItem(
	{ result, timing, events }: RunOutcome,
	{ simplify, includeEvents, isRecovered, isChat }: ItemSettings,
): IDataObject {
	const item = simplify
		? simplifiedFields(result, isChat)
		: { ...allFields(result), timing: { ...timing } };
	return {
		...item,
		...(isChat && { output: result.answer }),
		...(isRecovered && { recovered: true }),
		...(includeEvents && { events }),
	} as IDataObject;
}

/**
 * Returns at most ten fields. A paused run has no usage and no sources; it has the fields that resume it.
 * In a chat, `output` takes the place of `task_id`, which only stops a run that is still in progress.
 */
function simplifiedFields(result: RunResult, isChat: boolean): IDataObject {
	const { answer, mode, status, metadata, files } = result;
	const { usage, retriever_resources } = metadata;
	return {
		answer,
		...idFields(result, !isChat),
		mode,
		status,
		...(status === 'paused' ? pauseFields(result) : { usage: usage ?? null, retriever_resources }),
		files,
		created_at: result.created_at ?? null,
	} as IDataObject;
}

function allFields(result: RunResult): IDataObject {
	const { answer, mode, metadata, files, agent_thoughts, workflow, reasoning, status } = result;
	return {
		answer,
		...idFields(result),
		mode,
		created_at: result.created_at ?? null,
		metadata,
		files,
		agent_thoughts,
		workflow,
		...(reasoning !== undefined && { reasoning }),
		...(status === 'paused' && pauseFields(result)),
		status,
	} as unknown as IDataObject;
}

/** Returns the fields that the operation 'Submit Form' needs. */
function pauseFields({
	workflow,
	human_input,
}: RunResult): Pick<RunResult, 'human_input'> & { workflow_run_id: string | null } {
	return { workflow_run_id: workflow?.id ?? null, human_input };
}

function idFields(
	{ conversation_id, message_id, task_id }: RunResult,
	hasTaskId = true,
): IDataObject {
	return {
		conversation_id: conversation_id ?? null,
		message_id: message_id ?? null,
		...(hasTaskId && { task_id: task_id ?? null }),
	};
}
