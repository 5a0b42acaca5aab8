import type {
	AgentThought,
	DifyEvent,
	Envelope,
	HumanInputForm,
	MessageEndEvent,
	UnknownEvent,
	WorkflowOutcome,
} from './events';
import { isKnownEvent } from './events';
import { ReasoningSplitter, splitReasoning } from './reasoning';
import type { RunFailure, RunResult, RunStatus, WorkflowRun } from './result';
import { formsOf, toMetadata } from './result';
import { TextBuffer } from './text';

/**
 * How far a run is.
 * - `open`: more must come
 * - `closing`: half of a chatflow's end has come, and the other half may or may not (recordings: it
 *   follows within 50 ms, or, from Dify 1.13.0, never). Wait {@link PAIR_GRACE_MS}, then stop reading
 * - `over`: nothing that counts can come; the server may hold the connection all the same
 */
export type RunPhase = 'open' | 'closing' | 'over';

/** Ten times the longest gap recorded between `message_end` and `workflow_finished`. */
export const PAIR_GRACE_MS = 500;

export interface CollectOptions {
	/** Whether `<think>…</think>` leaves the answer for `reasoning`. */
	separateReasoning?: boolean;
}

/**
 * Puts a run's events together. A pure reducer: the caller owns the clock and the connection.
 * Linear in time and memory, whatever the size of the deltas.
 */
export class Collector {
	private readonly text = new TextBuffer();
	private readonly reasoning = new TextBuffer();
	private readonly thoughts = new Map<string, AgentThought>();
	private readonly files: unknown[] = [];
	private splitter: ReasoningSplitter | undefined;
	private envelope: Envelope = {};
	private forms: HumanInputForm[] = [];
	private end: MessageEndEvent | undefined;
	private outcome: WorkflowOutcome | undefined;
	private failure: RunFailure | undefined;
	private isChatflow = false;
	private isAgent = false;
	private isPaused = false;
	private agentAnswerOpen = false;

	/** Events taken, pings not counted. */
	events = 0;
	/** Events that added a non-empty piece to the answer. */
	textEvents = 0;
	/** Events whose name no version of Dify known to this package sends. */
	unknownEvents = 0;

	constructor(options: CollectOptions = {}) {
		if (options.separateReasoning === true) this.splitter = new ReasoningSplitter();
	}

	get phase(): RunPhase {
		if (this.failure !== undefined || this.isPaused) return 'over';
		if (this.outcome !== undefined) {
			const { status } = this.outcome;
			if (status === 'failed' || status === 'stopped') return 'over';
			return this.end === undefined ? 'closing' : 'over';
		}
		if (this.end === undefined) return 'open';
		// A chatbot, an agent, or a chatflow answered before it began: by an annotation or by moderation.
		return this.isChatflow ? 'closing' : 'over';
	}

	/** Whether any event but a ping has come. */
	get hasBegun(): boolean {
		return this.events > 0;
	}

	/** The answer as it stands, with whatever tags it came with. */
	get answerSoFar(): string {
		return this.text.toString();
	}

	/**
	 * Takes the next event.
	 *
	 * @returns the text it adds for someone who reads along, `''` when none
	 */
	accept(event: DifyEvent | UnknownEvent): string {
		if (event.event === 'ping') return '';
		this.events++;
		// Dify 1.17.1 sends a failed workflow after an annotation's message_end (dify#42722); the one
		// thing that still counts is the error that 1.12 sends after a failed workflow, for its code.
		if (this.phase === 'over' && event.event !== 'error') return '';
		this.readEnvelope(event);
		if (!isKnownEvent(event)) {
			this.unknownEvents++;
			return '';
		}
		return this.reduce(event);
	}

	/** What the run came to, if nothing more comes. May be asked again after more events. */
	finish(): RunResult {
		const raw = this.text.length > 0 ? this.text.toString() : this.outputAnswer();
		const split = this.splitter === undefined ? { text: raw, reasoning: '' } : splitReasoning(raw);
		const reasoning = [this.reasoning.toString(), split.reasoning].filter((part) => part !== '');
		const { conversation_id, message_id, task_id, created_at } = this.envelope;
		return {
			status: this.status(),
			answer: split.text,
			...(reasoning.length > 0 && { reasoning: reasoning.join('\n') }),
			conversation_id,
			message_id,
			task_id,
			mode: this.mode(),
			created_at,
			metadata: toMetadata(this.end?.metadata),
			files: Array.isArray(this.end?.files) ? this.end.files : this.files,
			agent_thoughts: [...this.thoughts.values()],
			workflow: this.workflowRun(),
			human_input: this.forms,
			failure: this.runFailure(),
		};
	}

	private reduce(event: DifyEvent): string {
		switch (event.event) {
			case 'message': {
				// An Agent app of Dify 1.16 repeats its whole answer in one `message` at the end.
				const repeats = this.agentAnswerOpen;
				this.agentAnswerOpen = false;
				return repeats ? this.replaceText(event.answer) : this.appendText(event.answer);
			}
			case 'agent_message':
				this.isAgent = true;
				this.agentAnswerOpen = true;
				return this.appendText(event.answer);
			case 'message_replace':
				return this.replaceText(event.answer);
			case 'text_chunk':
				return this.appendText(event.data?.text);
			case 'text_replace':
				return this.replaceText(event.data?.text);
			case 'message_file':
				if (event.answer !== undefined) return this.appendText(event.answer);
				this.files.push(withoutEnvelope(event));
				return '';
			case 'reasoning_chunk':
				if (typeof event.data?.reasoning === 'string') this.reasoning.append(event.data.reasoning);
				return '';
			case 'agent_thought':
				this.isAgent = true;
				if (typeof event.id === 'string') this.thoughts.set(event.id, withoutEnvelope(event));
				return '';
			case 'message_end':
				this.end = event;
				return '';
			case 'workflow_finished':
				if (isObject(event.data)) this.outcome = event.data;
				return '';
			case 'human_input_required':
				if (isObject(event.data)) this.forms.push(event.data);
				return '';
			case 'workflow_paused': {
				this.isPaused = true;
				const forms = formsOf(event.data?.reasons);
				if (forms.length > 0) this.forms = forms;
				return '';
			}
			case 'error': {
				const { code, status, message } = event;
				this.failure = { code, status, message: String(message ?? ''), from: 'event' };
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
				return unreachable(event);
		}
	}

	private appendText(piece: unknown): string {
		if (typeof piece !== 'string' || piece === '') return '';
		this.textEvents++;
		this.text.append(piece);
		return this.splitter === undefined ? piece : this.splitter.push(piece).text;
	}

	/**
	 * Puts `text` in place of the answer so far. Someone who reads along gets the rest of it or, as
	 * what was read cannot be unread, all of it in a paragraph of its own.
	 */
	private replaceText(text: unknown): string {
		if (typeof text !== 'string') return '';
		const before = this.visible(this.text.toString());
		this.text.replace(text);
		if (text !== '') this.textEvents++;
		if (this.splitter !== undefined) {
			this.splitter = new ReasoningSplitter();
			this.splitter.push(text);
		}
		const after = this.visible(text);
		return after.startsWith(before) ? after.slice(before.length) : `\n\n${after}`;
	}

	private visible(text: string): string {
		return this.splitter === undefined ? text : splitReasoning(text).text;
	}

	private readEnvelope(event: Envelope): void {
		const { conversation_id, message_id, created_at, task_id, workflow_run_id } = event;
		const seen = this.envelope;
		if (typeof conversation_id === 'string') seen.conversation_id ??= conversation_id;
		if (typeof message_id === 'string') seen.message_id ??= message_id;
		if (typeof created_at === 'number') seen.created_at ??= created_at;
		if (typeof task_id === 'string') seen.task_id ??= task_id;
		if (typeof workflow_run_id === 'string') {
			seen.workflow_run_id ??= workflow_run_id;
			this.isChatflow = true;
		}
		// workflow_started can be lost under load (dify#40948); a chatflow's text still names its node.
		if ('from_variable_selector' in event && Array.isArray(event.from_variable_selector)) {
			this.isChatflow = true;
		}
	}

	private status(): RunStatus {
		if (this.failure !== undefined || this.outcome?.status === 'failed') return 'failed';
		if (this.isPaused) return 'paused';
		if (this.outcome?.status === 'stopped') return 'stopped';
		if (this.outcome?.status === 'partial-succeeded') return 'partial';
		if (this.outcome !== undefined || this.end !== undefined) return 'completed';
		return 'truncated';
	}

	private runFailure(): RunFailure | undefined {
		if (this.failure !== undefined || this.outcome?.status !== 'failed') return this.failure;
		return { message: this.outcome.error ?? '', from: 'workflow' };
	}

	private mode(): string {
		if (this.isChatflow) return 'advanced-chat';
		return this.isAgent ? 'agent-chat' : 'chat';
	}

	private outputAnswer(): string {
		const answer = this.outcome?.outputs?.answer;
		return typeof answer === 'string' ? answer : '';
	}

	private workflowRun(): WorkflowRun | null {
		const id = this.outcome?.id ?? this.envelope.workflow_run_id;
		if (id === undefined) return null;
		const { status, elapsed_time, total_tokens, total_steps, outputs } = this.outcome ?? {};
		return {
			id,
			status: status ?? (this.isPaused ? 'paused' : 'running'),
			elapsed_time,
			total_tokens,
			total_steps,
			outputs: outputs ?? {},
		};
	}
}

/** An event's own fields: those of the whole run stand once, in the result. */
function withoutEnvelope<T extends Envelope & { event: string }>(
	event: T,
): Omit<T, 'event' | keyof Envelope> {
	const {
		event: _,
		conversation_id,
		message_id,
		created_at,
		task_id,
		workflow_run_id,
		...own
	} = event;
	return own;
}

/** What came over the wire may be of any type, whatever its name promises. */
function isObject(value: unknown): value is object {
	return typeof value === 'object' && value !== null;
}

/** Keeps the switch over events whole: a new event in the union does not compile until it has a case. */
function unreachable(event: never): '' {
	void event;
	return '';
}
