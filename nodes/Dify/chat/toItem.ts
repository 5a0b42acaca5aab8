import type { IDataObject } from 'n8n-workflow';
import type { RunResult } from '../../../protocol/stream/result';
import type { RunOutcome } from './ChatRun';

interface ItemSettings {
	/** Whether to keep only the fields that most workflows use. */
	simplify: boolean;
	includeEvents: boolean;
	/** Whether a part of the answer was fetched after the stream broke. */
	isRecovered: boolean;
	/** Whether a chat started the execution. n8n's chat shows the field `output` of the item. */
	isChat: boolean;
}

/** n8n's guideline for simplified output. */
const MAX_SIMPLIFIED_FIELDS = 10;

/** The simplified fields that make room for fields that only some runs have, the first one first. */
const DISPENSABLE_FIELDS = ['created_at', 'task_id'];

/**
 * Returns the JSON of an item for a run, with Dify's field names. The fields are the same in both
 * response modes. A field that Dify did not send is null, so that expressions work.
 */
export function toItem(
	outcome: RunOutcome,
	{ simplify, includeEvents, isRecovered, isChat }: ItemSettings,
): IDataObject {
	const { result, timing, events } = outcome;
	const warnings = toWarnings(outcome);
	const item = {
		...(simplify ? simplifiedFields(result) : { ...allFields(result), timing: { ...timing } }),
		...(isChat && { output: result.answer }),
		...(isRecovered && { recovered: true }),
		...(warnings.length > 0 && { warnings }),
	};
	return {
		...(simplify ? limitFields(item) : item),
		...(includeEvents && { events }),
	} as IDataObject;
}

/** Returns what the reader of an answer must know about it: parts of the stream that were lost. */
export function toWarnings({ malformedMessages }: RunOutcome): string[] {
	if (malformedMessages === 0) return [];
	const count = malformedMessages === 1 ? '1 message' : `${malformedMessages} messages`;
	return [`Skipped ${count} of Dify's stream that could not be read`];
}

/** Removes dispensable fields until no more than ten are left. */
function limitFields(item: IDataObject): IDataObject {
	const excess = Math.max(0, Object.keys(item).length - MAX_SIMPLIFIED_FIELDS);
	const removed = DISPENSABLE_FIELDS.slice(0, excess);
	return Object.fromEntries(Object.entries(item).filter(([name]) => !removed.includes(name)));
}

/** Returns at most ten fields. A paused run has no usage and no sources; it has the fields that resume it. */
function simplifiedFields(result: RunResult): IDataObject {
	const { answer, mode, status, metadata, files } = result;
	const { usage, retriever_resources } = metadata;
	return {
		answer,
		...idFields(result),
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

function idFields({ conversation_id, message_id, task_id }: RunResult): IDataObject {
	return {
		conversation_id: conversation_id ?? null,
		message_id: message_id ?? null,
		task_id: task_id ?? null,
	};
}
