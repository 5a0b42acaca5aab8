import { sleep } from 'n8n-workflow';
import type { DifyError } from '../../../protocol/errors/classify';
import { classifyError } from '../../../protocol/errors/classify';
import { selectAnswerFiles } from '../../../protocol/stream/answerFiles';
import { computeDelta } from '../../../protocol/stream/answerText';
import { splitReasoning } from '../../../protocol/stream/reasoning';
import type { RunResult, RunStatus } from '../../../protocol/stream/result';
import { toMetadata } from '../../../protocol/stream/result';
import { isRecord } from '../../../protocol/text';
import { isVersionBefore } from '../../../protocol/version';
import type { DifyClient } from '../transport/DifyClient';
import { isPathSegment } from '../transport/DifyClient';
import type { StoredMessage } from '../transport/messages';
import { tryReadMessages } from '../transport/messages';
import type { RunOutcome } from './ChatRun';
import { ChatRun } from './ChatRun';
import type { RunOptions } from './options';

/** Chatbots and agents store the message, complete or empty, within 1 s after the stream breaks (docs/dify-api.md#recovery). */
const MAX_STORE_DELAY_MS = 3_000;
/** How long to wait for a chatflow, which continues without a client, if 'Idle Timeout' has no limit. */
const DEFAULT_RECOVERY_MS = 300_000;
/**
 * How long to read a run's events that contain pings only. Since Dify 1.15 such a reader can hear nothing
 * until the run's end and beyond (docs/dify-api.md#resuming), so the events are requested again.
 */
const SILENT_EVENTS_MS = 1_500;
/** How long GET /messages may take. */
const MAX_READ_MS = 5_000;
/** Dify sends the end of a run shortly before it stores the answer, which moderation can have replaced. */
const MAX_FINAL_STORE_DELAY_MS = 1_500;
const FIRST_RETRY_DELAY_MS = 250;
/** The answer is found within 3 s of the run's end. */
const MAX_RETRY_DELAY_MS = 1_000;
/** The message of the run is among the latest messages of its conversation. */
const RECENT_MESSAGES = 20;

export interface RecoverySettings {
	/** The user who started the run. */
	user: string;
	options: RunOptions;
	/** Set for a run whose events were read from the middle of the run. */
	workflowRunId?: string;
	cancelSignal?: AbortSignal;
}

/** The end of a run whose stream broke. */
export interface RecoveredRun {
	result: RunResult;
	error?: DifyError;
}

/**
 * Finds the end of a run whose stream broke. It only reads, so the question is never sent twice. A
 * chatflow continues without a client since Dify 1.13. Its answer is stored when it is done, and since
 * Dify 1.14 its events can be resumed. Neither source is certain, so both are read in turns. Older
 * chatflows, chatbots and agents stop, and store an empty answer with status `normal`
 * (docs/dify-api.md#recovery).
 *
 * @returns the complete run, or `undefined` if Dify does not have it
 */
export async function recoverRun(
	client: DifyClient,
	outcome: RunOutcome,
	settings: RecoverySettings,
): Promise<RecoveredRun | undefined> {
	const { user, options, workflowRunId, cancelSignal } = settings;
	const { workflow, mode } = outcome.result;
	let { conversation_id: conversationId, message_id: messageId } = outcome.result;
	const isResumed = workflowRunId !== undefined;
	const isChatflow = mode === 'advanced-chat' || isResumed;
	const isContinuing = isChatflow && isVersionBefore(outcome.difyVersion, 1, 13) !== true;
	const deadline = performance.now() + maxRecoveryMs(outcome, options, isContinuing);
	let resumableId = isContinuing ? (workflow?.id ?? workflowRunId) : undefined;
	let end: RunOutcome | undefined;
	let settledAt = 0;
	/** The run as its stored message has it, while its events are read once more. */
	let fromMessage: RecoveredRun | undefined;
	for (let delayMs = FIRST_RETRY_DELAY_MS; ; delayMs = Math.min(delayMs * 2, MAX_RETRY_DELAY_MS)) {
		if (end === undefined && resumableId !== undefined && isPathSegment(resumableId)) {
			const maxDurationMs = deadline - performance.now();
			const resumed = await resumeEvents(client, { ...settings, resumableId, maxDurationMs });
			// Dify before 1.14 cannot resume events.
			if (resumed.error?.status === 404) resumableId = undefined;
			conversationId ??= resumed.result.conversation_id;
			messageId ??= resumed.result.message_id;
			if (hasEnd(resumed)) {
				end = resumed;
				settledAt = performance.now() + MAX_FINAL_STORE_DELAY_MS;
			}
		}
		const canRead = conversationId !== undefined && messageId !== undefined;
		const stored = await readStoredMessage(client, {
			conversationId,
			messageId,
			user,
			signal: cancelSignal,
		});
		const isStorePending = end !== undefined && isDone(end) && stored?.answer === '';
		if (!isStorePending || end?.rawAnswer === '' || performance.now() > settledAt) {
			const { separateReasoning } = options;
			const sources = { end, stored, isResumed, isContinuing, separateReasoning };
			const recovered = mergeRecovered(outcome, sources);
			client.logDebug('Recovering run', {
				resumed: end?.result.status,
				stored: stored?.status,
				recovered: recovered?.result.status,
			});
			const isLastRead =
				end !== undefined || resumableId === undefined || fromMessage !== undefined;
			if (recovered !== undefined && isLastRead) return recovered;
			if (recovered !== undefined) {
				// The message does not say how the workflow ended. The events of a run that is over do, and come at once.
				fromMessage = recovered;
				continue;
			}
		}
		// Without ids, Dify cannot be asked for anything.
		if (!canRead && resumableId === undefined) return fromMessage;
		if (performance.now() + delayMs > deadline || cancelSignal?.aborted === true)
			return fromMessage;
		await waitFor(delayMs, cancelSignal);
	}
}

/**
 * Returns the text that a client which has received `arrived` still misses.
 *
 * @param isResumed whether `arrived` begins in the middle of the answer
 */
export function remainingText(answer: string, arrived: string, isResumed: boolean): string {
	const start = isResumed ? Math.max(0, answer.indexOf(arrived)) : 0;
	return computeDelta(answer.slice(start), arrived);
}

/** Returns how long to look for the end of a run. 'Max Duration' counts from the start of the run. */
function maxRecoveryMs(
	{ timing }: RunOutcome,
	{ idleTimeout, maxDuration }: RunOptions,
	isContinuing: boolean,
): number {
	const idleMs = idleTimeout > 0 ? idleTimeout * 1000 : DEFAULT_RECOVERY_MS;
	const limitMs = isContinuing ? idleMs : Math.min(MAX_STORE_DELAY_MS, idleMs);
	if (!(maxDuration > 0)) return limitMs;
	return Math.max(0, Math.min(limitMs, maxDuration * 1000 - timing.duration_ms));
}

interface ResumeSettings extends RecoverySettings {
	resumableId: string;
	/** How long to read at most. */
	maxDurationMs: number;
}

/**
 * Reads the events of a run from now on (docs/dify-api.md#resuming). The state snapshot that Dify sends
 * first reports a pause. Its text is not usable: it only changes at a pause and at the end. Text that was
 * sent between the break and now is not repeated. The complete answer arrives at the workflow's end.
 */
async function resumeEvents(
	client: DifyClient,
	{ user, resumableId, maxDurationMs, cancelSignal }: ResumeSettings,
): Promise<RunOutcome> {
	const run = new ChatRun(client, {
		idleTimeoutMs: SILENT_EVENTS_MS,
		ignoresPings: true,
		maxDurationMs: Math.max(1, maxDurationMs),
		cancelSignal,
		includeEvents: false,
		isResumed: true,
	});
	return await run.execute({
		method: 'GET',
		path: `/workflow/${encodeURIComponent(resumableId)}/events`,
		qs: { user, include_state_snapshot: 'true' },
	});
}

interface MessageQuery {
	conversationId?: string;
	messageId?: string;
	user: string;
	signal?: AbortSignal;
}

/** Returns the message as Dify stores it, or `undefined` if it cannot be read. */
async function readStoredMessage(
	client: DifyClient,
	{ conversationId, messageId, user, signal }: MessageQuery,
): Promise<StoredMessage | undefined> {
	if (conversationId === undefined || messageId === undefined) return undefined;
	const query = { conversation_id: conversationId, user, limit: RECENT_MESSAGES };
	const result = await tryReadMessages(client, query, { signal, maxDurationMs: MAX_READ_MS });
	return result.ok ? result.body.find(({ id }) => id === messageId) : undefined;
}

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
function mergeRecovered(outcome: RunOutcome, sources: RecoverySources): RecoveredRun | undefined {
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

function isDone({ result }: RunOutcome): boolean {
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

/** Returns whether the events contain the end of the run, and did not just break off. */
function hasEnd({ isCutShort, timing }: RunOutcome): boolean {
	return !isCutShort && timing.events > 0;
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

/** Resolves after `ms`, or as soon as `signal` aborts. */
async function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
	if (signal === undefined) return await sleep(ms);
	let stop = (): void => undefined;
	const aborted = new Promise<void>((resolve) => {
		stop = resolve;
	});
	signal.addEventListener('abort', stop, { once: true });
	try {
		await Promise.race([sleep(ms), aborted]);
	} finally {
		signal.removeEventListener('abort', stop);
	}
}
