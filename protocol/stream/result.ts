import type { AgentThought, HumanInputForm, Metadata } from './events';

/**
 * What a run can end as.
 * - `completed`; `partial`: a workflow that partial-succeeded; `stopped`; `paused`: for a person
 * - `failed`: an error event, a failed workflow, a refused request
 * - `truncated`: the stream ended without a terminal event; `timeout`: a limit of ours was reached
 */
export type RunStatus =
	'completed' | 'partial' | 'stopped' | 'paused' | 'failed' | 'truncated' | 'timeout';

/** The chatflow's own account of its run; `elapsed_time` in seconds. */
export interface WorkflowRun {
	id: string;
	status: string;
	elapsed_time?: number;
	total_tokens?: number;
	total_steps?: number;
	outputs?: Record<string, unknown>;
}

/** What Dify said went wrong inside a run, in its own words. */
export interface RunError {
	code?: string;
	status?: number;
	message: string;
	/** Whether an `error` event or a failed workflow said so. */
	from: 'event' | 'workflow';
}

/** A run as far as it came: the same fields and values whether it was streamed or not. */
export interface RunResult {
	status: RunStatus;
	answer: string;
	/** Thinking that came apart from the answer, or was parted from it. */
	reasoning?: string;
	conversation_id?: string;
	message_id?: string;
	task_id?: string;
	/** `chat`, `agent-chat` or `advanced-chat`. */
	mode: string;
	/** Unix seconds. */
	created_at?: number;
	metadata: Metadata;
	files: unknown[];
	agent_thoughts: AgentThought[];
	workflow: WorkflowRun | null;
	/** The forms that a paused run waits for; empty otherwise. */
	human_input: HumanInputForm[];
	failure?: RunError;
}

/** {@link Metadata} with Dify's own defaults for what did not come. */
export function toMetadata(metadata: Metadata | null | undefined): Metadata {
	return {
		usage: metadata?.usage ?? null,
		retriever_resources: metadata?.retriever_resources ?? [],
		annotation_reply: metadata?.annotation_reply ?? null,
	};
}

/** The forms among `reasons` of a `workflow_paused`, which both modes carry. */
export function parseForms(reasons: unknown): HumanInputForm[] {
	if (!Array.isArray(reasons)) return [];
	return reasons.filter(isForm).map(({ TYPE: _, ...form }) => form);
}

function isForm(reason: unknown): reason is HumanInputForm & { TYPE: string } {
	return (
		typeof reason === 'object' &&
		reason !== null &&
		'TYPE' in reason &&
		reason.TYPE === 'human_input_required'
	);
}
