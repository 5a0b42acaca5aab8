import { computeDelta } from '../../../../../protocol/stream/answerText';
import type { DifyError } from '../../../../../protocol/errors/classify';
import { splitReasoning } from '../../../../../protocol/stream/reasoning';
import type { RunResult } from '../../../../../protocol/stream/result';
import { toMetadata } from '../../../../../protocol/stream/result';
import type { Run } from './run';
import type { StoredMessage } from './stored';

/** What a cut run came to without its reader. */
export interface Recovered {
	result: RunResult;
	failure?: DifyError;
}

export interface RestoreSettings {
	/** Whether what had arrived may stand anywhere in the answer, and not at its beginning. */
	isPart: boolean;
	separateReasoning: boolean;
}

/**
 * Puts a cut run together from what can be had of it: its events from a later moment on, and its
 * message as Dify keeps it. Without an end among the events a message counts only when its answer is
 * not empty and goes on from what had arrived.
 *
 * @param taken the events, where there are any
 * @returns `undefined` while neither says what became of it
 */
export function restored(
	run: Run,
	taken: Run | undefined,
	stored: StoredMessage | undefined,
	{ isPart, separateReasoning }: RestoreSettings,
): Recovered | undefined {
	const { rawAnswer: arrived, result: before } = run;
	const end = taken !== undefined && isOver(taken) ? taken : undefined;
	const isMore = (answer: string): boolean =>
		answer !== '' && (isPart ? answer.includes(arrived) : answer.startsWith(arrived));
	const answers = [end?.rawAnswer ?? '', stored?.answer ?? ''];
	const more = answers.find(isMore);
	if (end === undefined && (more === undefined || (stored?.status ?? 'normal') !== 'normal')) {
		return undefined;
	}
	// Moderation may put another answer in place of what had arrived; only a run that is done has one.
	const isDone = ['completed', 'partial'].includes(end?.result.status ?? '');
	const other = isDone ? answers.findLast((answer) => answer !== '') : undefined;
	const whole = more ?? other ?? arrived;
	const { text, reasoning } = separateReasoning
		? splitReasoning(whole)
		: { text: whole, reasoning: '' };
	return {
		result: {
			...withStored(end === undefined ? before : after(before, end.result), stored),
			status: end?.result.status ?? 'completed',
			answer: text,
			...(reasoning !== '' && { reasoning }),
		},
		failure: end?.failure,
	};
}

/** What someone who has read what had arrived gets of the whole. */
export function restOf(whole: string, arrived: string, isPart: boolean): string {
	const at = isPart ? Math.max(0, whole.indexOf(arrived)) : 0;
	return computeDelta(whole.slice(at), arrived);
}

/** Whether the events brought the run's end, and not just one of the reading. */
function isOver({ wasCut, timing }: Run): boolean {
	return !wasCut && timing.events > 0;
}

/** The ids of the first reading, as the events of a run that is over name none; the end of the second. */
function after(before: RunResult, end: RunResult): RunResult {
	return {
		...end,
		reasoning: before.reasoning,
		conversation_id: before.conversation_id ?? end.conversation_id,
		message_id: before.message_id ?? end.message_id,
		task_id: before.task_id ?? end.task_id,
		created_at: before.created_at ?? end.created_at,
	};
}

/** Adds what only the message says where no `message_end` came. */
function withStored(result: RunResult, stored: StoredMessage | undefined): RunResult {
	if (stored === undefined || result.metadata.usage !== null) return result;
	const { retriever_resources = [], message_files, agent_thoughts, created_at } = stored;
	return {
		...result,
		metadata: toMetadata({ ...result.metadata, retriever_resources }),
		files: message_files ?? result.files,
		agent_thoughts: agent_thoughts ?? result.agent_thoughts,
		created_at: created_at ?? result.created_at,
	};
}
