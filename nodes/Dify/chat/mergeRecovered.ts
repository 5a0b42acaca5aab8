import type { DifyError } from '../../../protocol/errors/classify';
import { classifyError } from '../../../protocol/errors/classify';
import { selectAnswerFiles } from '../../../protocol/stream/answerFiles';
import { splitReasoning } from '../../../protocol/stream/reasoning';
import type { RunResult, RunStatus } from '../../../protocol/stream/result';
import { toMetadata } from '../../../protocol/stream/result';
import { isRecord } from '../../../protocol/text';
import type { StoredMessage } from '../transport/messages';
import type { RunOutcome } from './ChatRun';

/** The end of a run whose stream broke. */
export interface RecoveredRun {
	result: RunResult;
	error?: DifyError;
}

/** Where the rest of a run can come from. */
interface RecoverySources {
	/** The resumed events, if they contain the end of the run. */
	end: RunOutcome | undefined;
	/** The message as Dify stores it, if it can be read. */
	stored: StoredMessage | undefined;
	/** Whether the text that arrived begins in the middle of the answer. */
	isResumed: boolean;
	/** Whether the run continues without a client. */
	isContinuing: boolean;
	separateReasoning: boolean;
}

/**
 * Merges what arrived of a run with its resumed events and its stored message. If the events do not
 * contain the run's end, the stored message counts only if its answer is not empty and continues the text
 * that arrived, or if it says that the run is paused or failed.
 *
 * @returns `undefined` if neither source contains the end of the run
 */
export function mergeRecovered(
	outcome: RunOutcome,
	sources: RecoverySources,
): RecoveredRun | undefined {
	const { rawAnswer: arrived, result } = outcome;
	const { end, stored, isResumed, separateReasoning } = sources;
	const isContinuation = (answer: string): boolean =>
		answer.trim() !== '' &&
		(isResumed ? answer.includes(arrived.trim()) : answer.trimStart().startsWith(arrived.trim()));
	const answers = [end?.rawAnswer ?? '', stored?.answer ?? ''];
	const continuation = answers.find(isContinuation);
	const status = end?.result.status ?? storedStatus(sources, continuation !== undefined);
	if (status === undefined) return undefined;
	// Moderation can replace the text that arrived. Only a completed run has such a replacement.
	const replacement =
		end !== undefined && isDone(end) ? answers.findLast((answer) => answer !== '') : undefined;
	const answer = findModerated(sources) ?? continuation ?? replacement ?? arrived;
	const { text, reasoning } = separateReasoning
		? splitReasoning(answer)
		: { text: answer, reasoning: '' };
	const merged =
		end === undefined ? mergeStored(result, stored, status) : mergeResults(result, end.result);
	return {
		result: {
			...addStoredFields(merged, stored),
			status,
			answer: text,
			...(reasoning !== '' && { reasoning }),
		},
		error: end === undefined && status === 'failed' ? toStoredError(stored) : end?.error,
	};
}

/** Returns how the run ended according to its stored message, `undefined` if the message does not say it. */
function storedStatus(
	{ stored, isContinuing }: RecoverySources,
	isContinuation: boolean,
): RunStatus | undefined {
	if (stored === undefined) return undefined;
	switch (stored.status) {
		case 'normal':
			return isContinuation ? 'completed' : undefined;
		case 'paused':
			return isContinuing && stored.forms.length > 0 ? 'paused' : undefined;
		case 'error':
			return stored.error === undefined ? undefined : 'failed';
		default:
			return undefined;
	}
}

/**
 * Returns the answer that moderation put in place of the workflow's own answer, `undefined` if it did not.
 * `workflow_finished` has the text before moderation, and Dify stores the text after it
 * (docs/dify-api.md#moderation). Dify can store an answer without surrounding white space.
 */
function findModerated({ end, stored }: RecoverySources): string | undefined {
	if (end === undefined || !isDone(end) || stored?.status !== 'normal') return undefined;
	const isOther = stored.answer !== '' && stored.answer.trim() !== end.rawAnswer.trim();
	return isOther ? stored.answer : undefined;
}

/** Returns whether a run finished with an answer. */
export function isDone({ result }: RunOutcome): boolean {
	return result.status === 'completed' || result.status === 'partial';
}

/** Adds what the stored message says about a pause. */
function mergeStored(
	result: RunResult,
	stored: StoredMessage | undefined,
	status: RunStatus,
): RunResult {
	const { workflow } = result;
	if (status !== 'paused') {
		// The message of a run that is over does not say how its workflow ended.
		return { ...result, human_input: [], workflow: workflow && { ...workflow, status: undefined } };
	}
	const id = stored?.workflowRunId ?? workflow?.id;
	return {
		...result,
		human_input: stored?.forms ?? [],
		workflow: id === undefined ? workflow : { ...workflow, id, status },
	};
}

function toStoredError(stored: StoredMessage | undefined): DifyError {
	return classifyError({ from: 'workflow', message: stored?.error ?? '' });
}

/**
 * Merges the first part of a run with its resumed end. The events of a run that is over contain no ids,
 * and the end of the events can lack a form of which the first part has the token.
 */
function mergeResults(first: RunResult, end: RunResult): RunResult {
	const isPaused = end.status === 'paused';
	return {
		...end,
		reasoning: first.reasoning,
		conversation_id: first.conversation_id ?? end.conversation_id,
		message_id: first.message_id ?? end.message_id,
		task_id: first.task_id ?? end.task_id,
		created_at: first.created_at ?? end.created_at,
		workflow: end.workflow ?? first.workflow,
		files: end.files.length > 0 ? end.files : first.files,
		human_input: isPaused && end.human_input.length === 0 ? first.human_input : end.human_input,
	};
}

/** Adds the fields of the stored message that `message_end` would have brought. */
function addStoredFields(result: RunResult, stored: StoredMessage | undefined): RunResult {
	if (stored === undefined || isRecord(result.metadata.usage)) return result;
	const { retriever_resources = [], message_files, agent_thoughts, created_at, usage } = stored;
	return {
		...result,
		metadata: toMetadata({ ...result.metadata, retriever_resources, usage }),
		files: message_files === undefined ? result.files : selectAnswerFiles(message_files),
		agent_thoughts: agent_thoughts ?? result.agent_thoughts,
		created_at: created_at ?? result.created_at,
	};
}
