/**
 * Every event that Dify's chat, agent, chatflow, completion and workflow apps send, and one table
 * that says what each is. Shapes are those of recordings of Dify 1.12.1, 1.13.2 and 1.14.2 and, for
 * events not recorded, of Dify's own API reference. What came over the wire is never trusted to
 * have them: readers check a field's type before they use it.
 */

/** `message_end.metadata.usage`, prices as decimal strings ("0.0000250"), times in seconds. */
export interface Usage {
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

/** `metadata` of `message_end` and of a blocking answer. */
export interface Metadata {
	annotation_reply?: unknown;
	retriever_resources?: unknown[];
	usage?: Usage | null;
	[key: string]: unknown;
}

/** What events of the chat family carry before their own fields; completion has no conversation. */
export interface Envelope {
	conversation_id?: string;
	message_id?: string;
	/** When the message was made, in Unix seconds: the same on every event of a run. */
	created_at?: number;
	task_id?: string;
	workflow_run_id?: string;
}

type Text<Name extends string> = Envelope & { event: Name; answer: string };
type Data<Name extends string, Fields = Record<string, unknown>> = Envelope & {
	event: Name;
	data: Fields;
};

/** `data` of `workflow_finished`; `elapsed_time` in seconds. */
export interface WorkflowOutcome {
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

/** One step of an agent. Sent again, under the same `id`, each time it grows. */
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

/** `data` of `human_input_required`: the form that a paused chatflow waits for. */
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

export type MessageEvent = Text<'message'> & { from_variable_selector?: string[] | null };
export type AgentMessageEvent = Text<'agent_message'>;
export type MessageReplaceEvent = Text<'message_replace'> & { reason?: string };
export type MessageEndEvent = Envelope & {
	event: 'message_end';
	metadata?: Metadata;
	files?: unknown[] | null;
};
/** A file of the answer, or (sic) a piece of the answer's text: see {@link EVENTS}. */
export type MessageFileEvent = Envelope & {
	event: 'message_file';
	id?: string;
	type?: string;
	belongs_to?: string;
	url?: string;
	answer?: string;
};
export type AgentThoughtEvent = Envelope & { event: 'agent_thought' } & AgentThought;
export type ErrorEvent = Envelope & {
	event: 'error';
	code?: string;
	status?: number;
	message?: string;
};
export type ReasoningChunkEvent = Data<'reasoning_chunk', { reasoning?: string }>;
export type WorkflowFinishedEvent = Data<'workflow_finished', WorkflowOutcome>;
export type WorkflowStartedEvent = Data<'workflow_started', { id: string; workflow_id?: string }>;
export type WorkflowPausedEvent = Data<'workflow_paused'>;
export type HumanInputRequiredEvent = Data<'human_input_required', HumanInputForm>;
export type TextChunkEvent = Data<'text_chunk', { text: string }>;
export type TextReplaceEvent = Data<'text_replace', { text: string }>;
export type PingEvent = Envelope & { event: 'ping' };

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
export type ProgressEvent = { [Name in ProgressName]: Data<Name> }[ProgressName];
export type SpeechEvent = Envelope & { event: 'tts_message' | 'tts_message_end'; audio?: string };

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

export type DifyEventName = DifyEvent['event'];

/** An event that {@link EVENTS} does not know: kept and counted, never fatal. */
export interface UnknownEvent extends Envelope {
	event: string;
	[key: string]: unknown;
}

/**
 * What an event is to someone who waits for an answer.
 * - `text`: adds to the answer; `replace`: is the answer so far
 * - `reasoning`: a model's thinking, or an agent's step
 * - `progress`: something moved, with nothing to show
 * - `file`: a file of the answer
 * - `end`: this half of the run's end; `pause`: the run waits for a person
 * - `failure`: the run broke
 * - `keep-alive`: the connection lives
 * - `ignored`: nothing for a reader of text, with the reason beside it
 */
export type EventRole =
	| 'text'
	| 'replace'
	| 'reasoning'
	| 'progress'
	| 'file'
	| 'end'
	| 'pause'
	| 'failure'
	| 'keep-alive'
	| 'ignored';

/** The one place that says of each event what it is. */
export const EVENTS: Readonly<Record<DifyEventName, EventRole>> = {
	message: 'text',
	agent_message: 'text',
	// Workflow apps; they have no /chat-messages, but share the wire.
	text_chunk: 'text',
	message_replace: 'replace',
	text_replace: 'replace',
	reasoning_chunk: 'reasoning',
	agent_thought: 'reasoning',
	// A file, unless it carries `answer`: Dify <= 1.12 sends the text of a message with an image so.
	message_file: 'file',
	message_end: 'end',
	workflow_finished: 'end',
	workflow_paused: 'pause',
	human_input_required: 'pause',
	error: 'failure',
	// The one event whose name stands in SSE's own `event:` field, without a data line.
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
	// Dify 0.8 to 1.8.
	parallel_branch_started: 'progress',
	parallel_branch_finished: 'progress',
	agent_log: 'progress',
	human_input_form_filled: 'progress',
	human_input_form_timeout: 'progress',
	// The spoken answer in base64, which an app with auto-play sends unasked beside its text.
	tts_message: 'ignored',
	tts_message_end: 'ignored',
};

/** Whether `event` is one that {@link EVENTS} knows. */
export function isKnownEvent(event: DifyEvent | UnknownEvent): event is DifyEvent {
	return Object.hasOwn(EVENTS, event.event);
}
