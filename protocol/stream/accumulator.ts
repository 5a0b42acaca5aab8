import { Answer } from './answer';
import type { RunPhase } from './ending';
import { Ending } from './ending';
import type { AgentThought, DifyEvent, Envelope, HumanInputForm, UnknownEvent } from './events';
import { isKnownEvent } from './events';
import type { RunResult, WorkflowRun } from './result';
import { parseForms, toMetadata } from './result';
import { TextBuffer } from './text';

export type { RunPhase } from './ending';
export { PAIR_GRACE_MS } from './ending';

export interface AccumulatorOptions {
	/** Whether `<think>…</think>` leaves the answer for `reasoning`. */
	separateReasoning?: boolean;
	/**
	 * Whether the events begin in the middle of the run: the workflow's own answer is the whole of what
	 * they are the end of.
	 */
	isResumed?: boolean;
}

/**
 * Puts a run's events together. A pure reducer: the caller owns the clock and the connection.
 * Linear in time and memory, whatever the size of the deltas.
 */
export class RunAccumulator {
	private readonly answer: Answer;
	private readonly isResumed: boolean;
	private readonly ending = new Ending();
	private readonly reasoning = new TextBuffer();
	private readonly thoughts = new Map<string, AgentThought>();
	private readonly files: unknown[] = [];
	private envelope: Envelope = {};
	private forms: HumanInputForm[] = [];
	private isChatflow = false;
	private isAgent = false;
	private agentAnswerOpen = false;

	/** Events taken, pings not counted. */
	events = 0;
	/** Events whose name no version of Dify known to this package sends. */
	unknownEvents = 0;

	constructor(options: AccumulatorOptions = {}) {
		this.answer = new Answer(options.separateReasoning === true);
		this.isResumed = options.isResumed === true;
	}

	get phase(): RunPhase {
		return this.ending.phase(this.isChatflow);
	}

	/** Events that added a non-empty piece to the answer. */
	get textEvents(): number {
		return this.answer.textEvents;
	}

	/** Whether any event but a ping has come. */
	get hasBegun(): boolean {
		return this.events > 0;
	}

	/** The answer as it stands, with whatever tags it came with. */
	get wholeAnswer(): string {
		const text = this.answer.toString();
		const output = this.ending.workflow?.outputs?.answer;
		if (typeof output !== 'string') return text;
		return text === '' || (this.isResumed && output.endsWith(text)) ? output : text;
	}

	/**
	 * Takes the next event.
	 *
	 * @returns the text it adds for someone who reads along, `''` when none
	 */
	push(event: DifyEvent | UnknownEvent): string {
		if (event.event === 'ping') return '';
		this.events++;
		// Dify 1.17.1 sends a failed workflow after an annotation's message_end (dify#42722); the one
		// thing that still counts is the error that 1.12 sends after a failed workflow, for its code.
		if (this.phase === 'done' && event.event !== 'error') return '';
		this.readEnvelope(event);
		if (!isKnownEvent(event)) {
			this.unknownEvents++;
			return '';
		}
		return this.reduce(event);
	}

	/** What the run came to, if nothing more comes. May be asked again after more events. */
	snapshot(): RunResult {
		const { message: end, status, failure } = this.ending;
		const parts = this.answer.part(this.wholeAnswer);
		const reasoning = [this.reasoning.toString(), parts.reasoning].filter((part) => part !== '');
		const { conversation_id, message_id, task_id, created_at } = this.envelope;
		return {
			status,
			answer: parts.text,
			...(reasoning.length > 0 && { reasoning: reasoning.join('\n') }),
			conversation_id,
			message_id,
			task_id,
			mode: this.mode(),
			created_at,
			metadata: toMetadata(end?.metadata),
			files: Array.isArray(end?.files) ? end.files : this.files,
			agent_thoughts: [...this.thoughts.values()],
			workflow: this.workflowRun(),
			human_input: this.forms,
			failure,
		};
	}

	private reduce(event: DifyEvent): string {
		switch (event.event) {
			case 'message': {
				// An Agent app of Dify 1.16 repeats its whole answer in one `message` at the end.
				const repeats = this.agentAnswerOpen;
				this.agentAnswerOpen = false;
				return repeats ? this.answer.replace(event.answer) : this.answer.append(event.answer);
			}
			case 'agent_message':
				this.isAgent = true;
				this.agentAnswerOpen = true;
				return this.answer.append(event.answer);
			case 'message_replace':
				return this.answer.replace(event.answer);
			case 'text_chunk':
				return this.answer.append(event.data?.text);
			case 'text_replace':
				return this.answer.replace(event.data?.text);
			case 'message_file':
				if (event.answer !== undefined) return this.answer.append(event.answer);
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
				this.ending.message = event;
				return '';
			case 'workflow_finished':
				if (isObject(event.data)) this.ending.workflow = event.data;
				return '';
			case 'human_input_required':
				if (isObject(event.data)) this.forms.push(event.data);
				return '';
			case 'workflow_paused': {
				this.ending.isPaused = true;
				const forms = parseForms(event.data?.reasons);
				if (forms.length > 0) this.forms = forms;
				return '';
			}
			case 'error': {
				const { code, status, message } = event;
				this.ending.error = { code, status, message: String(message ?? ''), from: 'event' };
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

	private mode(): string {
		if (this.isChatflow) return 'advanced-chat';
		return this.isAgent ? 'agent-chat' : 'chat';
	}

	private workflowRun(): WorkflowRun | null {
		const { workflow, isPaused } = this.ending;
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
