import { toCode, toStatus } from '../errors/errorBody';
import { isRecord, toId, toText } from '../text';
import { isVersionBefore } from '../version';
import { AnswerFiles } from './answerFiles';
import { AnswerText } from './answerText';
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
import { joinReasoning, NodeReasoning } from './reasoning';
import { parsePauseReasons, readReasoning, toMetadata } from './result';

/**
 * How far a run has progressed.
 * - `streaming`: more events must come
 * - `awaitingPair`: the run has ended, but one more event can follow, or may never come. Wait for it
 *   for {@link RunAccumulator.graceMs}, then close the connection
 * - `done`: no relevant event can follow. Close the connection: the server may keep it open
 */
export type RunPhase = 'streaming' | 'awaitingPair' | 'done';

/**
 * How long to wait for the second event of the pair, in milliseconds: ten times the longest gap in
 * the recordings (docs/decisions/0005-grace-period-for-the-second-end-event.md).
 */
export const PAIR_GRACE_MS = 500;

/**
 * How long to wait after `workflow_finished` of Dify before 1.13, in milliseconds. Dify then moderates the
 * answer before it sends `message_replace` and `message_end`. These versions close the connection after
 * the last event, so the wait rarely lasts this long.
 */
export const LATE_END_GRACE_MS = 5_000;

/** How long to wait after `workflow_finished` if the version may be earlier than 1.13, in milliseconds. */
export const UNKNOWN_VERSION_GRACE_MS = 2_000;

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
	private readonly reasoning = new NodeReasoning();
	private readonly thoughts = new Map<string, AgentThought>();
	private readonly files = new AnswerFiles();
	private envelope: Envelope = {};
	private forms: HumanInputForm[] = [];
	private isChatflow = false;
	private isSince113 = false;
	private isAgent = false;
	private isNewAgent = false;
	private isAgentAnswerOpen = false;
	/** Whether moderation has replaced the answer. The outputs of the workflow then do not count. */
	private isModerated = false;

	private messageEnd: MessageEndEvent | undefined;
	private workflow: WorkflowFinishedData | undefined;
	private errorEvent: RunError | undefined;
	private isPaused = false;

	/** Version of Dify, from the header `X-Version`. Some rules depend on it. `undefined` if it is not known. */
	difyVersion: string | undefined;
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
			if (status === 'stopped') return 'done';
			// Dify before 1.13 sends an error event with a code after a failed workflow.
			if (status === 'failed') return this.isKnownBefore113 ? 'awaitingPair' : 'done';
			return this.messageEnd === undefined ? 'awaitingPair' : 'done';
		}
		if (this.messageEnd === undefined) return 'streaming';
		// Without a workflow event the app is a chatbot, an agent, or a chatflow whose answer came from
		// an annotation or from moderation before the workflow started. Dify >= 1.15 then sends a failed
		// workflow after message_end, which has no meaning.
		return this.isChatflow ? 'awaitingPair' : 'done';
	}

	/** How long to wait for another event in the phase `awaitingPair`, in milliseconds. */
	get graceMs(): number {
		// workflow_finished follows message_end at once. Only Dify >= 1.14 can resume a run.
		if (this.messageEnd !== undefined || this.isResumed) return PAIR_GRACE_MS;
		if (this.isKnownBefore113) return LATE_END_GRACE_MS;
		const isVersionKnown = isVersionBefore(this.difyVersion, '1.13') !== undefined;
		return isVersionKnown || this.isSince113 ? PAIR_GRACE_MS : UNKNOWN_VERSION_GRACE_MS;
	}

	/** Number of events that added non-empty text to the answer. */
	get textEventCount(): number {
		return this.answer.textEventCount;
	}

	/** Length of the text that has arrived, including reasoning tags, in UTF-16 units. */
	get answerLength(): number {
		return this.answer.length;
	}

	/** Whether any event except a ping has come. */
	get hasBegun(): boolean {
		return this.eventCount > 0;
	}

	/** The answer collected so far, including reasoning tags. */
	get rawAnswer(): string {
		const text = this.answer.toString();
		const output = toText(this.workflow?.outputs?.answer);
		if (this.isModerated || output === '') return text;
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
		if (this.phase === 'done' && !this.isRelevantAfterEnd(event)) return '';
		this.updateEnvelope(event);
		if (!isKnownEvent(event)) {
			this.unknownEventCount++;
			return '';
		}
		return this.apply(event);
	}

	/** Call once the input has ended. Returns text that was held back for a streaming client. */
	end(): string {
		return this.answer.end();
	}

	/** Returns the result collected so far. Can be called repeatedly. */
	snapshot(): RunResult {
		const { messageEnd, error } = this;
		const answer = this.answer.split(this.rawAnswer);
		const separated = readReasoning(messageEnd?.metadata) || this.reasoning.toString();
		const reasoning = joinReasoning([separated, answer.reasoning]);
		const { conversation_id, message_id, task_id, created_at } = this.envelope;
		return {
			status: this.status,
			answer: answer.text,
			...(reasoning !== '' && { reasoning }),
			conversation_id,
			message_id,
			task_id,
			mode: this.mode,
			created_at,
			metadata: toMetadata(messageEnd?.metadata),
			files: this.files.select(messageEnd?.files),
			agent_thoughts: [...this.thoughts.values()],
			workflow: this.workflowRun,
			human_input: this.forms,
			error,
		};
	}

	/**
	 * Whether an event counts although the run is over. Other events after the end are ignored: Dify >= 1.15
	 * sends a failed workflow after the message_end of moderated input or of an annotation
	 * (docs/dify-api.md#moderation, langgenius/dify#42722).
	 */
	private isRelevantAfterEnd({ event }: DifyEvent | UnknownEvent): boolean {
		const isFailed = this.error !== undefined;
		// Dify before 1.13 sends an error event after a failed workflow, and only this event has a code.
		if (event === 'error') return isFailed && this.errorEvent === undefined;
		return event === 'message_replace' && !isFailed && !this.isPaused;
	}

	/** Applies a known event. Returns the text to pass on to a streaming client. */
	private apply(event: DifyEvent): string {
		switch (event.event) {
			case 'message':
				return this.appendMessage(event);
			case 'agent_message':
				this.isAgent = true;
				this.isAgentAnswerOpen = true;
				return this.answer.append(event.answer);
			case 'message_replace':
				if (event.answer === undefined) return '';
				// The snapshot of a resumed stream states the stored answer in the same event.
				this.isModerated ||= !this.isResumed || event.reason === 'output_moderation';
				return this.answer.replace(event.answer);
			case 'text_chunk':
				return this.answer.append(event.data?.text);
			case 'text_replace':
				return event.data?.text === undefined ? '' : this.answer.replace(event.data.text);
			case 'message_file':
				if (toText(event.answer) !== '') return this.answer.append(event.answer);
				if (event.answer === undefined || event.url !== undefined) {
					this.files.announce(omitEnvelope(event));
				}
				return '';
			case 'reasoning_chunk': {
				const { node_id: nodeId, reasoning, is_final: isFinal } = event.data ?? {};
				this.reasoning.append(nodeId, reasoning);
				if (isFinal === true) this.reasoning.finish(nodeId);
				return '';
			}
			case 'agent_thought':
				this.isAgent = true;
				if (typeof event.id === 'string') this.thoughts.set(event.id, omitEnvelope(event));
				return '';
			case 'message_end':
				this.messageEnd = event;
				return '';
			case 'workflow_finished':
				if (isRecord(event.data)) this.workflow = event.data;
				return '';
			case 'human_input_required':
				if (isRecord(event.data)) this.forms.push(event.data);
				return '';
			case 'workflow_paused': {
				this.isPaused = true;
				const forms = parsePauseReasons(event.data?.reasons);
				if (forms.length > 0) this.forms = forms;
				return '';
			}
			case 'error':
				this.setError(event);
				return '';
			case 'workflow_started':
				this.isSince113 ||= toId(event.data?.reason) !== undefined;
				this.files.setInputs(event.data?.inputs);
				return '';
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

	private updateEnvelope(event: DifyEvent | UnknownEvent): void {
		const { envelope } = this;
		envelope.conversation_id ??= toId(event.conversation_id);
		envelope.message_id ??= toId(event.message_id);
		envelope.task_id ??= toId(event.task_id);
		envelope.workflow_run_id ??= toId(event.workflow_run_id);
		if (typeof event.created_at === 'number') envelope.created_at ??= event.created_at;
		if (toId(event.workflow_run_id) !== undefined || event.event.startsWith('workflow_')) {
			this.isChatflow = true;
		}
		// workflow_started can be lost under load (langgenius/dify#40948), but the text events of a
		// chatflow still name the node that they come from. Other apps send null, or [] since 1.16.
		const selector = 'from_variable_selector' in event ? event.from_variable_selector : undefined;
		if (Array.isArray(selector) && selector.length > 0) this.isChatflow = true;
	}

	private appendMessage({ answer, chunk_type: type }: EventOf<'message'>): string {
		if (type === 'thought') this.reasoning.append(type, answer);
		if (toId(type) !== undefined && type !== 'text') return '';
		// A New Agent repeats the whole answer in one `message` event at the end. An Agent sends the whole
		// answer in one if moderation has changed it.
		if (!this.isAgentAnswerOpen) return this.answer.append(answer);
		this.isAgentAnswerOpen = false;
		this.isNewAgent = true;
		return this.answer.repeat(answer);
	}

	private setError(event: EventOf<'error'>): void {
		const code = toCode(event.code);
		const status = toStatus(event.status);
		const message = toText(event.message);
		this.errorEvent = { code, status, message, from: 'event' };
		// A New Agent that failed does not repeat its answer, but it names its run.
		if (message.includes('(agent_run_id=')) this.isNewAgent = true;
	}

	private get isKnownBefore113(): boolean {
		return isVersionBefore(this.difyVersion, '1.13') === true;
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
		return { message: toText(this.workflow.error), from: 'workflow' };
	}

	private get mode(): string {
		// Only chatflows measure the time to the first token. This is the one sign of a chatflow whose
		// answer came before its workflow started.
		const usage = toMetadata(this.messageEnd?.metadata).usage;
		if (this.isChatflow || typeof usage?.time_to_first_token === 'number') return 'advanced-chat';
		const canBeNewAgent = isVersionBefore(this.difyVersion, '1.15') !== true;
		if (this.isNewAgent && canBeNewAgent) return 'agent';
		return this.isAgent ? 'agent-chat' : 'chat';
	}

	private get workflowRun(): WorkflowRun | null {
		const { workflow, isPaused } = this;
		const id = toId(workflow?.id) ?? this.envelope.workflow_run_id;
		if (id === undefined) return null;
		const { status, elapsed_time, total_tokens, total_steps } = workflow ?? {};
		const outputs = isRecord(workflow?.outputs) ? workflow.outputs : {};
		// The outputs contain the text before moderation, which must not become visible.
		const isUnmoderated = this.isModerated && 'answer' in outputs;
		return {
			id,
			status: status ?? (isPaused ? 'paused' : 'running'),
			elapsed_time,
			total_tokens,
			total_steps,
			outputs: isUnmoderated ? { ...outputs, answer: this.rawAnswer } : outputs,
		};
	}
}

type EventOf<Name extends DifyEvent['event']> = Extract<DifyEvent, { event: Name }>;

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
