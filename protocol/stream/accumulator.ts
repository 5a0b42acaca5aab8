import { AnswerText, TextBuffer } from './answerText';
import type {
	AgentThought,
	DifyEvent,
	Envelope,
	HumanInputForm,
	MessageEndEvent,
	UnknownEvent,
	WorkflowFinishedData,
} from './events';
import { isKnownEvent } from './events';
import type { RunError, RunResult, RunStatus, WorkflowRun } from './result';
import { parsePauseReasons, toMetadata } from './result';

/**
 * How far a run has progressed.
 * - `streaming`: more events must come
 * - `awaitingPair`: only one of `message_end` and `workflow_finished` has come, and the other one may
 *   never come. Wait {@link PAIR_GRACE_MS} for it, then close the connection
 * - `done`: no relevant event can follow. Close the connection: the server may keep it open
 */
export type RunPhase = 'streaming' | 'awaitingPair' | 'done';

/**
 * How long to wait for the second event of the pair, in milliseconds: ten times the longest gap in
 * the recordings (docs/decisions/0005-grace-period-for-the-second-end-event.md).
 */
export const PAIR_GRACE_MS = 500;

export interface AccumulatorOptions {
	/** Whether to move `<think>…</think>` from `answer` to `reasoning`. Default: false. */
	separateReasoning?: boolean;
	/**
	 * Whether collection starts in the middle of the run (a resumed event stream). The full answer is
	 * then taken from `workflow_finished.outputs.answer`. Default: false.
	 */
	isResumed?: boolean;
}

/**
 * Collects the events of a run into a {@link RunResult}. It has no side effects: the caller owns the
 * clock and the connection (docs/decisions/0003-pure-accumulator.md). Time and memory are linear in
 * the length of the stream, whatever the size of the deltas.
 */
export class RunAccumulator {
	private readonly answer: AnswerText;
	private readonly isResumed: boolean;
	private readonly reasoning = new TextBuffer();
	private readonly thoughts = new Map<string, AgentThought>();
	private readonly files: unknown[] = [];
	private envelope: Envelope = {};
	private forms: HumanInputForm[] = [];
	private isChatflow = false;
	private isAgent = false;
	private isAgentAnswerOpen = false;

	private messageEnd: MessageEndEvent | undefined;
	private workflow: WorkflowFinishedData | undefined;
	private errorEvent: RunError | undefined;
	private isPaused = false;

	/** Number of events, without pings. */
	eventCount = 0;
	/** Number of events whose name no known version of Dify sends. */
	unknownEventCount = 0;

	constructor(options: AccumulatorOptions = {}) {
		this.answer = new AnswerText(options.separateReasoning === true);
		this.isResumed = options.isResumed === true;
	}

	get phase(): RunPhase {
		if (this.errorEvent !== undefined || this.isPaused) return 'done';
		if (this.workflow !== undefined) {
			const { status } = this.workflow;
			if (status === 'failed' || status === 'stopped') return 'done';
			return this.messageEnd === undefined ? 'awaitingPair' : 'done';
		}
		if (this.messageEnd === undefined) return 'streaming';
		// Without a workflow event the app is a chatbot, an agent, or a chatflow whose answer came from
		// an annotation or from moderation before the workflow started.
		return this.isChatflow ? 'awaitingPair' : 'done';
	}

	/** Number of events that added non-empty text to the answer. */
	get textEventCount(): number {
		return this.answer.textEventCount;
	}

	/** Whether any event except a ping has come. */
	get hasBegun(): boolean {
		return this.eventCount > 0;
	}

	/** The answer collected so far, including reasoning tags. */
	get rawAnswer(): string {
		const text = this.answer.toString();
		const output = this.workflow?.outputs?.answer;
		if (typeof output !== 'string') return text;
		return text === '' || (this.isResumed && output.endsWith(text)) ? output : text;
	}

	/**
	 * Processes the next event.
	 *
	 * @returns the text to pass on to a streaming client, `''` for none
	 */
	push(event: DifyEvent | UnknownEvent): string {
		if (event.event === 'ping') return '';
		this.eventCount++;
		// Events after the end are ignored: Dify 1.17.1 sends a failed workflow after the message_end of
		// an annotation (langgenius/dify#42722). An error event still counts, because Dify 1.12 sends one
		// after a failed workflow and only the error event has a code.
		if (this.phase === 'done' && event.event !== 'error') return '';
		this.updateEnvelope(event);
		if (!isKnownEvent(event)) {
			this.unknownEventCount++;
			return '';
		}
		return this.apply(event);
	}

	/** Returns the result collected so far. Can be called repeatedly. */
	snapshot(): RunResult {
		const { messageEnd, error } = this;
		const answer = this.answer.split(this.rawAnswer);
		const reasoning = [this.reasoning.toString(), answer.reasoning].filter((part) => part !== '');
		const { conversation_id, message_id, task_id, created_at } = this.envelope;
		return {
			status: this.status,
			answer: answer.text,
			...(reasoning.length > 0 && { reasoning: reasoning.join('\n') }),
			conversation_id,
			message_id,
			task_id,
			mode: this.mode,
			created_at,
			metadata: toMetadata(messageEnd?.metadata),
			files: Array.isArray(messageEnd?.files) ? messageEnd.files : this.files,
			agent_thoughts: [...this.thoughts.values()],
			workflow: this.workflowRun,
			human_input: this.forms,
			error,
		};
	}

	/** Applies a known event. Returns the text to pass on to a streaming client. */
	private apply(event: DifyEvent): string {
		switch (event.event) {
			case 'message': {
				// An Agent app of Dify 1.16 repeats the whole answer in one `message` event at the end.
				const isRepeated = this.isAgentAnswerOpen;
				this.isAgentAnswerOpen = false;
				return isRepeated ? this.answer.replace(event.answer) : this.answer.append(event.answer);
			}
			case 'agent_message':
				this.isAgent = true;
				this.isAgentAnswerOpen = true;
				return this.answer.append(event.answer);
			case 'message_replace':
				return this.answer.replace(event.answer);
			case 'text_chunk':
				return this.answer.append(event.data?.text);
			case 'text_replace':
				return this.answer.replace(event.data?.text);
			case 'message_file':
				if (event.answer !== undefined) return this.answer.append(event.answer);
				this.files.push(omitEnvelope(event));
				return '';
			case 'reasoning_chunk':
				if (typeof event.data?.reasoning === 'string') this.reasoning.append(event.data.reasoning);
				return '';
			case 'agent_thought':
				this.isAgent = true;
				if (typeof event.id === 'string') this.thoughts.set(event.id, omitEnvelope(event));
				return '';
			case 'message_end':
				this.messageEnd = event;
				return '';
			case 'workflow_finished':
				if (isObject(event.data)) this.workflow = event.data;
				return '';
			case 'human_input_required':
				if (isObject(event.data)) this.forms.push(event.data);
				return '';
			case 'workflow_paused': {
				this.isPaused = true;
				const forms = parsePauseReasons(event.data?.reasons);
				if (forms.length > 0) this.forms = forms;
				return '';
			}
			case 'error': {
				const { code, status, message } = event;
				this.errorEvent = { code, status, message: String(message ?? ''), from: 'event' };
				return '';
			}
			case 'workflow_started':
			case 'node_started':
			case 'node_finished':
			case 'node_retry':
			case 'iteration_started':
			case 'iteration_next':
			case 'iteration_completed':
			case 'loop_started':
			case 'loop_next':
			case 'loop_completed':
			case 'parallel_branch_started':
			case 'parallel_branch_finished':
			case 'agent_log':
			case 'human_input_form_filled':
			case 'human_input_form_timeout':
			case 'tts_message':
			case 'tts_message_end':
			case 'ping':
				return '';
			default:
				return event satisfies never;
		}
	}

	private updateEnvelope(event: Envelope): void {
		const { conversation_id, message_id, created_at, task_id, workflow_run_id } = event;
		const { envelope } = this;
		if (typeof conversation_id === 'string') envelope.conversation_id ??= conversation_id;
		if (typeof message_id === 'string') envelope.message_id ??= message_id;
		if (typeof created_at === 'number') envelope.created_at ??= created_at;
		if (typeof task_id === 'string') envelope.task_id ??= task_id;
		if (typeof workflow_run_id === 'string') {
			envelope.workflow_run_id ??= workflow_run_id;
			this.isChatflow = true;
		}
		// workflow_started can be lost under load (langgenius/dify#40948), but the text events of a
		// chatflow still name the node that they come from.
		if ('from_variable_selector' in event && Array.isArray(event.from_variable_selector)) {
			this.isChatflow = true;
		}
	}

	private get status(): RunStatus {
		if (this.error !== undefined) return 'failed';
		if (this.isPaused) return 'paused';
		if (this.workflow?.status === 'stopped') return 'stopped';
		if (this.workflow?.status === 'partial-succeeded') return 'partial';
		if (this.workflow !== undefined || this.messageEnd !== undefined) return 'completed';
		return 'truncated';
	}

	/** The error event is preferred to the failed workflow, because only the error event has a code. */
	private get error(): RunError | undefined {
		if (this.errorEvent !== undefined || this.workflow?.status !== 'failed') return this.errorEvent;
		return { message: this.workflow.error ?? '', from: 'workflow' };
	}

	private get mode(): string {
		if (this.isChatflow) return 'advanced-chat';
		return this.isAgent ? 'agent-chat' : 'chat';
	}

	private get workflowRun(): WorkflowRun | null {
		const { workflow, isPaused } = this;
		const id = workflow?.id ?? this.envelope.workflow_run_id;
		if (id === undefined) return null;
		const { status, elapsed_time, total_tokens, total_steps, outputs } = workflow ?? {};
		return {
			id,
			status: status ?? (isPaused ? 'paused' : 'running'),
			elapsed_time,
			total_tokens,
			total_steps,
			outputs: outputs ?? {},
		};
	}
}

/** Removes the fields that all events of a run share. The result has them only once. */
function omitEnvelope<T extends Envelope & { event: string }>(
	event: T,
): Omit<T, 'event' | keyof Envelope> {
	const {
		event: _,
		conversation_id,
		message_id,
		created_at,
		task_id,
		workflow_run_id,
		...ownFields
	} = event;
	return ownFields;
}

/** The types in events.ts are not validated, so a field from the wire may have any type. */
function isObject(value: unknown): value is object {
	return typeof value === 'object' && value !== null;
}
