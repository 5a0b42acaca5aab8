import { isRecord, toText } from '../text';
import type { AgentThought, HumanInputForm, Metadata } from './events';
import { joinReasoning } from './reasoning';

/**
 * How a run ended.
 * - `completed`: the run finished normally
 * - `partial`: the workflow finished with `partial-succeeded`
 * - `stopped`: somebody stopped the run
 * - `paused`: the run waits for human input
 * - `failed`: an error event, a failed workflow or a rejected request
 * - `truncated`: the stream ended without a terminal event
 * - `timeout`: a time limit of the caller expired
 */
export type RunStatus =
	'completed' | 'partial' | 'stopped' | 'paused' | 'failed' | 'truncated' | 'timeout';

/** What Dify reports about the workflow run of a chatflow. `elapsed_time` is in seconds. */
export interface WorkflowRun {
	id: string;
	/** Absent if only the stored message of the run is known, which does not contain it. */
	status?: string;
	elapsed_time?: number;
	total_tokens?: number;
	total_steps?: number;
	outputs?: Record<string, unknown>;
}

/** The error that ended a run, in Dify's own words. */
export interface RunError {
	code?: string;
	status?: number;
	message: string;
	/** Whether an `error` event or a failed `workflow_finished` reported it. */
	from: 'event' | 'workflow';
}

/** The result of a run, or what has been collected of it. Streaming and blocking mode give the same fields. */
export interface RunResult {
	status: RunStatus;
	answer: string;
	/** Reasoning that Dify separated from the answer, and text from think tags if the caller separates it. */
	reasoning?: string;
	conversation_id?: string;
	message_id?: string;
	task_id?: string;
	/** `chat`, `agent-chat`, `agent` (New Agent) or `advanced-chat`. */
	mode: string;
	/** Unix time in seconds. */
	created_at?: number;
	metadata: Metadata;
	/** The files of the answer. The files that the user sent are not among them. */
	files: unknown[];
	agent_thoughts: AgentThought[];
	workflow: WorkflowRun | null;
	/** The forms that a paused run waits for. Empty for every other run. */
	human_input: HumanInputForm[];
	error?: RunError;
}

/** Returns {@link Metadata} with Dify's own defaults for missing fields and fields of a wrong type. */
export function toMetadata(value: unknown): Metadata {
	const { usage, retriever_resources, annotation_reply } = isRecord(value) ? value : {};
	return {
		usage: isRecord(usage) ? usage : null,
		retriever_resources: Array.isArray(retriever_resources) ? retriever_resources : [],
		annotation_reply: annotation_reply ?? null,
	};
}

/**
 * Returns the reasoning in the `metadata` of `message_end` or of a blocking response,
 * `''` if there is none.
 */
export function readReasoning(metadata: unknown): string {
	const reasoning = isRecord(metadata) ? metadata.reasoning : undefined;
	if (!isRecord(reasoning)) return toText(reasoning).trim();
	return joinReasoning(Object.values(reasoning).map(toText));
}

/** Returns the human input forms in the `reasons` of a paused run. Both response modes have this list. */
export function parsePauseReasons(reasons: unknown): HumanInputForm[] {
	if (!Array.isArray(reasons)) return [];
	return reasons.filter(isHumanInputReason).map(({ TYPE: _, ...form }) => form);
}

function isHumanInputReason(reason: unknown): reason is HumanInputForm & { TYPE: string } {
	return isRecord(reason) && reason.TYPE === 'human_input_required';
}
