/**
 * The events that Dify's chat, agent, chatflow, completion and workflow apps send, and a table of
 * their roles (docs/dify-api.md#events). The types follow recordings of Dify 1.12.1 to 1.16.0 and, for
 * other events, Dify's API reference. Events from the wire are not validated against these
 * types: code that reads a field must check its type first.
 */

/** `message_end.metadata.usage`. Prices are decimal strings ("0.0000250"), times are in seconds. */
interface Usage {
	prompt_tokens?: number;
	completion_tokens?: number;
	total_tokens?: number;
	total_price?: string;
	currency?: string;
	latency?: number;
	time_to_first_token?: number | null;
	time_to_generate?: number | null;
	[key: string]: unknown;
}

/** `metadata` of `message_end` and of a blocking response. */
export interface Metadata {
	annotation_reply?: unknown;
	retriever_resources?: unknown[];
	usage?: Usage | null;
	/** Reasoning by node id, for nodes that separate it. Since Dify 1.16. */
	reasoning?: Record<string, string>;
	[key: string]: unknown;
}

/** The fields that the events of a run share. Completion apps send no `conversation_id`. */
export interface Envelope {
	conversation_id?: string;
	message_id?: string;
	/** When the message was created, as Unix time in seconds. The same in every event of a run. */
	created_at?: number;
	task_id?: string;
	workflow_run_id?: string;
}

type TextEvent<Name extends string> = Envelope & { event: Name; answer: string };
type DataEvent<Name extends string, Fields = Record<string, unknown>> = Envelope & {
	event: Name;
	data: Fields;
};

/** `data` of `workflow_finished`. `elapsed_time` is in seconds. */
export interface WorkflowFinishedData {
	id: string;
	workflow_id?: string;
	status: 'succeeded' | 'failed' | 'stopped' | 'partial-succeeded' | (string & {});
	outputs?: Record<string, unknown> | null;
	error?: string | null;
	elapsed_time?: number;
	total_tokens?: number;
	total_steps?: number;
	[key: string]: unknown;
}

/** One step of an agent. Dify sends it again with the same `id` each time it grows. */
export interface AgentThought {
	id: string;
	position?: number;
	thought?: string;
	observation?: string;
	tool?: string;
	tool_labels?: Record<string, unknown>;
	tool_input?: string;
	message_files?: string[];
}

/**
 * `data` of `human_input_required`: the form that a paused chatflow waits for
 * (docs/dify-api.md#human-input).
 */
export interface HumanInputForm {
	form_id?: string;
	node_id?: string;
	node_title?: string;
	form_content?: string;
	inputs?: unknown[];
	actions?: unknown[];
	form_token?: string | null;
	expiration_time?: number;
	[key: string]: unknown;
}

type MessageEvent = TextEvent<'message'> & {
	/** The node and output of a chatflow. Empty or null in other apps. */
	from_variable_selector?: string[] | null;
	/** Kind of the content, `text` for the answer. No release is known to send another kind. */
	chunk_type?: string;
};
type AgentMessageEvent = TextEvent<'agent_message'>;
type MessageReplaceEvent = TextEvent<'message_replace'> & { reason?: string };
export type MessageEndEvent = Envelope & {
	event: 'message_end';
	metadata?: Metadata;
	files?: unknown[] | null;
};
/** A file of the answer. With `answer` it is a text delta instead, see {@link EVENT_ROLES}. */
type MessageFileEvent = Envelope & {
	event: 'message_file';
	id?: string;
	type?: string;
	belongs_to?: string;
	url?: string;
	answer?: string;
};
type AgentThoughtEvent = Envelope & { event: 'agent_thought' } & AgentThought;
type ErrorEvent = Envelope & {
	event: 'error';
	code?: string;
	status?: number;
	message?: string;
};
type ReasoningChunkEvent = DataEvent<
	'reasoning_chunk',
	{ reasoning?: string; node_id?: string; is_final?: boolean }
>;
type WorkflowFinishedEvent = DataEvent<'workflow_finished', WorkflowFinishedData>;
type WorkflowStartedEvent = DataEvent<
	'workflow_started',
	{ id: string; workflow_id?: string; inputs?: Record<string, unknown>; reason?: string }
>;
type WorkflowPausedEvent = DataEvent<'workflow_paused'>;
type HumanInputRequiredEvent = DataEvent<'human_input_required', HumanInputForm>;
type TextChunkEvent = DataEvent<'text_chunk', { text: string }>;
type TextReplaceEvent = DataEvent<'text_replace', { text: string }>;
type PingEvent = Envelope & { event: 'ping' };

type ProgressName =
	| 'node_started'
	| 'node_finished'
	| 'node_retry'
	| 'iteration_started'
	| 'iteration_next'
	| 'iteration_completed'
	| 'loop_started'
	| 'loop_next'
	| 'loop_completed'
	| 'parallel_branch_started'
	| 'parallel_branch_finished'
	| 'agent_log'
	| 'human_input_form_filled'
	| 'human_input_form_timeout';
type ProgressEvent = { [Name in ProgressName]: DataEvent<Name> }[ProgressName];
type SpeechEvent = Envelope & { event: 'tts_message' | 'tts_message_end'; audio?: string };

export type DifyEvent =
	| MessageEvent
	| AgentMessageEvent
	| MessageReplaceEvent
	| MessageEndEvent
	| MessageFileEvent
	| AgentThoughtEvent
	| ErrorEvent
	| ReasoningChunkEvent
	| WorkflowStartedEvent
	| WorkflowFinishedEvent
	| WorkflowPausedEvent
	| HumanInputRequiredEvent
	| TextChunkEvent
	| TextReplaceEvent
	| ProgressEvent
	| SpeechEvent
	| PingEvent;

type DifyEventName = DifyEvent['event'];

/**
 * An event that is not in {@link EVENT_ROLES}, for example of a newer Dify.
 * It is counted and otherwise ignored.
 */
export interface UnknownEvent extends Envelope {
	event: string;
	[key: string]: unknown;
}

/**
 * What an event means for a client that waits for the answer.
 * - `text`: appends to the answer
 * - `replace`: replaces the answer
 * - `reasoning`: the reasoning of a model, or a step of an agent
 * - `progress`: shows that the run continues, and has no content for the answer
 * - `file`: a file of the answer
 * - `end`: one of the two events that end a run
 * - `pause`: the run waits for human input
 * - `error`: the run failed
 * - `keep-alive`: shows only that the connection is open
 * - `ignored`: has no meaning for a client that reads text
 */
type EventRole =
	| 'text'
	| 'replace'
	| 'reasoning'
	| 'progress'
	| 'file'
	| 'end'
	| 'pause'
	| 'error'
	| 'keep-alive'
	| 'ignored';

/** The role of each event. An event without an entry is an {@link UnknownEvent}. */
export const EVENT_ROLES: Readonly<Record<DifyEventName, EventRole>> = {
	message: 'text',
	agent_message: 'text',
	// Only workflow apps send the text_ events. They have no /chat-messages, but use the same event format.
	text_chunk: 'text',
	message_replace: 'replace',
	text_replace: 'replace',
	reasoning_chunk: 'reasoning',
	agent_thought: 'reasoning',
	// Without `answer` this is a file. Dify <= 1.12 sends the text of a message with an image in `answer`.
	message_file: 'file',
	message_end: 'end',
	workflow_finished: 'end',
	workflow_paused: 'pause',
	human_input_required: 'pause',
	error: 'error',
	// The only event whose name is in SSE's own `event:` field. It has no data line.
	ping: 'keep-alive',
	workflow_started: 'progress',
	node_started: 'progress',
	node_finished: 'progress',
	node_retry: 'progress',
	iteration_started: 'progress',
	iteration_next: 'progress',
	iteration_completed: 'progress',
	loop_started: 'progress',
	loop_next: 'progress',
	loop_completed: 'progress',
	// Sent by Dify 0.8 to 1.8.
	parallel_branch_started: 'progress',
	parallel_branch_finished: 'progress',
	agent_log: 'progress',
	human_input_form_filled: 'progress',
	human_input_form_timeout: 'progress',
	// The spoken answer in base64. An app with auto-play sends it in addition to the text.
	tts_message: 'ignored',
	tts_message_end: 'ignored',
};

/** Whether `event` has an entry in {@link EVENT_ROLES}. */
export function isKnownEvent(event: DifyEvent | UnknownEvent): event is DifyEvent {
	return Object.hasOwn(EVENT_ROLES, event.event);
}
