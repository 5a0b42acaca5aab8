import { randomBytes, randomUUID } from 'node:crypto';
import type { EventObject, FormDefinition } from '../model';
import { unixSeconds } from '../store';
import type { RunContext } from './runContext';

/** The totals of every workflow. The values are arbitrary. */
export const WORKFLOW_TOTALS = { total_tokens: 34, total_steps: 3 };

const NODE_TITLES = { start: 'Start', llm: 'LLM', human: 'Approve', answer: 'Answer' } as const;
const FORM_LIFETIME_S = 3 * 24 * 60 * 60;

/** Returns a `node_started` or `node_finished` event. See docs/dify-api.md#event-payloads. */
export function nodeEvent(
	event: 'node_started' | 'node_finished',
	id: keyof typeof NODE_TITLES,
): EventObject {
	const data = {
		id: randomUUID(),
		node_id: id,
		node_type: id,
		title: NODE_TITLES[id],
		index: 1,
		predecessor_node_id: null,
		inputs: null,
	};
	if (event === 'node_started') return { event, data };
	return {
		event,
		data: { ...data, outputs: {}, status: 'succeeded', error: null, elapsed_time: 0.01 },
	};
}

/** A step of an agent: the fields of an `agent_thought` event. */
export type Thought = EventObject & { id: string };

/**
 * Returns the steps of an agent: those of the script, or one empty step for the answer. Returns an
 * empty array for other apps.
 */
export function createThoughts({ app, scenario }: RunContext): Thought[] {
	if (app.mode !== 'agent-chat' && app.mode !== 'agent') return [];
	const { thoughts = [{}] } = scenario.script ?? {};
	return thoughts.map((thought, index) => ({
		id: randomUUID(),
		position: index + 1,
		thought: '',
		observation: '',
		tool: '',
		tool_labels: {},
		tool_input: '',
		message_files: [],
		...thought,
	}));
}

const ZERO_USAGE = {
	prompt_tokens: 0,
	prompt_unit_price: '0.0',
	prompt_price_unit: '0.0',
	prompt_price: '0.0',
	completion_tokens: 0,
	completion_unit_price: '0.0',
	completion_price_unit: '0.0',
	completion_price: '0.0',
	total_tokens: 0,
	total_price: '0.0',
	currency: 'USD',
	latency: 0,
	time_to_first_token: null as number | null,
	time_to_generate: null as number | null,
};

/** Returns the `usage` of a run that used no model or was stopped. */
export function createZeroUsage(context: RunContext): Record<string, unknown> {
	return omitNullTimes(context, ZERO_USAGE);
}

/** Returns the `usage` of a run, by default with the prices of the recorded model. */
export function createUsage(
	context: RunContext,
	tokenCount: number,
): Record<string, unknown> | null {
	const { usage } = context.scenario.script ?? {};
	if (usage !== undefined) return usage;
	const completionPrice = (tokenCount * 0.0000015).toFixed(7);
	return omitNullTimes(context, {
		...ZERO_USAGE,
		prompt_tokens: 26,
		prompt_unit_price: '0.5',
		prompt_price_unit: '0.000001',
		prompt_price: '0.0000130',
		completion_tokens: tokenCount,
		completion_unit_price: '1.5',
		completion_price_unit: '0.000001',
		completion_price: completionPrice,
		total_tokens: 26 + tokenCount,
		total_price: (0.000013 + Number(completionPrice)).toFixed(7),
		latency: 0.114,
		// Only chatflows report these times.
		...(context.app.mode === 'advanced-chat' && {
			time_to_first_token: 0.369,
			time_to_generate: 0.038,
		}),
	});
}

/** Removes the times that only chatflows report, if the version omits fields that are null. */
function omitNullTimes(
	context: RunContext,
	{ time_to_first_token, time_to_generate, ...usage }: typeof ZERO_USAGE,
): Record<string, unknown> {
	return { ...usage, ...(!omitsNull(context) && { time_to_first_token, time_to_generate }) };
}

/** Returns whether `message_end` omits fields that are null. Chatflows and blocking responses keep them. */
function omitsNull({ app, profile, run }: RunContext): boolean {
	return profile.hasFieldsOf116 && app.mode !== 'advanced-chat' && !run.isBlocking;
}

/** Returns the `metadata` of a `message_end` event or a blocking response. */
export function createMetadata(
	context: RunContext,
	usage: Record<string, unknown> | null,
): Record<string, unknown> {
	const { retrieverResources = [], reasoning } = context.scenario.script ?? {};
	return {
		...(!omitsNull(context) && { annotation_reply: null }),
		retriever_resources: retrieverResources,
		usage,
		...(context.profile.hasFieldsOf116 && {
			reasoning: reasoning === undefined ? {} : { llm: reasoning.join('').trim() },
		}),
	};
}

/**
 * Sends the events of a workflow that failed before it started. They have no ids of a message. See
 * docs/dify-api.md#request-errors-by-version.
 */
export async function emitFailedWorkflow(
	response: { sendEvent(event: EventObject): Promise<void> },
	{ taskId, runId, workflowId, inputs, error }: FailedWorkflow,
): Promise<void> {
	const ids = { task_id: taskId, workflow_run_id: runId };
	const created_at = unixSeconds();
	const data = { id: runId, workflow_id: workflowId };
	await response.sendEvent({
		event: 'workflow_started',
		...ids,
		data: { ...data, inputs, created_at, reason: 'initial' },
	});
	await response.sendEvent({
		event: 'workflow_finished',
		...ids,
		data: {
			...data,
			status: 'failed',
			outputs: null,
			error,
			elapsed_time: 0,
			total_tokens: 0,
			total_steps: 0,
			created_by: {},
			created_at,
			finished_at: created_at,
			exceptions_count: 1,
			files: [],
		},
	});
}

interface FailedWorkflow {
	taskId: string;
	runId: string;
	workflowId: string;
	inputs: Record<string, unknown>;
	error: string;
}

/** The result of a workflow. */
export interface WorkflowResult {
	status: 'succeeded' | 'failed' | 'partial-succeeded' | 'stopped' | 'paused';
	error: string | null;
	outputs: Record<string, unknown>;
}

/** The result of a workflow that its user has stopped. */
export const STOPPED_RESULT: WorkflowResult = {
	status: 'stopped',
	error: 'Stopped by user.',
	outputs: {},
};

/** Returns a `workflow_finished` event. See docs/dify-api.md#event-payloads. */
export function workflowFinishedEvent(
	{ app, conversation, message, run }: RunContext,
	{ status, error, outputs }: WorkflowResult,
): EventObject {
	return {
		event: 'workflow_finished',
		data: {
			id: run.id,
			workflow_id: app.id,
			status,
			outputs,
			error,
			elapsed_time: 0.4,
			...WORKFLOW_TOTALS,
			created_by: { id: app.id, user: conversation.user },
			created_at: message.created_at,
			finished_at: unixSeconds(),
			exceptions_count: status === 'partial-succeeded' ? 1 : 0,
			files: [],
		},
	};
}

/**
 * Creates and stores the form that a paused run waits for. It is the form of the recording
 * x08_flow_human_input_stream, with the fields of the script's form. See docs/dify-api.md#human-input.
 */
export function openForm({ store, scenario, run, profile, message }: RunContext): FormDefinition {
	const definition: FormDefinition = {
		form_id: randomUUID(),
		node_id: 'human',
		node_title: 'Approve',
		form_content: 'Please approve: {{#$output.comment#}}',
		inputs: [
			{
				output_variable_name: 'comment',
				type: 'paragraph',
				default: { type: 'constant', selector: [], value: 'fine' },
			},
		],
		actions: [
			{ id: 'approve', title: 'Approve' },
			{ id: 'reject', title: 'Reject' },
		].map((action) => ({ ...action, button_style: 'default' })),
		form_token: randomBytes(11).toString('hex'),
		resolved_default_values: {},
		expiration_time: unixSeconds() + FORM_LIFETIME_S,
		...(profile.hasFieldsOf116 && { approval_channels: ['console'] }),
		...scenario.script?.form,
	};
	const { approval_channels: _, ...form_definition } = definition;
	message.extra_contents.push({
		workflow_run_id: run.id,
		submitted: false,
		form_definition: { ...form_definition, display_in_ui: true },
		form_submission_data: null,
		type: 'human_input',
	});
	const form = { definition, runId: run.id, isSubmitted: false };
	store.forms.set(definition.form_token, form);
	return definition;
}
