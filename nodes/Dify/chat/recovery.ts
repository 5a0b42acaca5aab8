import { sleep } from 'n8n-workflow';
import type { DifyError } from '../../../protocol/errors/classify';
import { selectAnswerFiles } from '../../../protocol/stream/answerFiles';
import { computeDelta } from '../../../protocol/stream/answerText';
import { splitReasoning } from '../../../protocol/stream/reasoning';
import type { RunResult } from '../../../protocol/stream/result';
import { toMetadata } from '../../../protocol/stream/result';
import type { DifyClient } from '../transport/DifyClient';
import type { StoredMessage } from '../transport/messages';
import { tryReadMessages } from '../transport/messages';
import type { RunOutcome } from './ChatRun';
import { ChatRun } from './ChatRun';
import type { RunOptions } from './options';

/** Chatbots and agents store the message, complete or empty, within 1 s after the stream breaks (docs/dify-api.md#recovery). */
const MAX_STORE_DELAY_MS = 3_000;
/** How long to wait for a chatflow, which continues without a client, if 'Idle Timeout' has no limit. */
const DEFAULT_RECOVERY_MS = 300_000;
const FIRST_RETRY_DELAY_MS = 500;
const MAX_RETRY_DELAY_MS = 5_000;
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
 * Dify 1.14 its events can be resumed. Older chatflows, chatbots and agents stop, and store an empty
 * answer with status `normal` (docs/dify-api.md#recovery).
 *
 * @returns the complete run, or `undefined` if Dify does not have it
 */
export async function recoverRun(
	client: DifyClient,
	outcome: RunOutcome,
	settings: RecoverySettings,
): Promise<RecoveredRun | undefined> {
	const { user, options, workflowRunId, cancelSignal } = settings;
	const { conversation_id, message_id, workflow, mode } = outcome.result;
	const isResumed = workflowRunId !== undefined;
	const isChatflow = mode === 'advanced-chat' || isResumed;
	const isContinuing = isChatflow && !isBefore113(outcome.difyVersion);
	const deadline = performance.now() + maxRecoveryMs(options, isContinuing);
	let resumableId = isContinuing ? (workflow?.id ?? workflowRunId) : undefined;
	for (let delayMs = FIRST_RETRY_DELAY_MS; ; delayMs = Math.min(delayMs * 2, MAX_RETRY_DELAY_MS)) {
		const resumed =
			resumableId === undefined
				? undefined
				: await resumeEvents(client, outcome, { ...settings, workflowRunId: resumableId });
		// Dify before 1.14 cannot resume events.
		if (resumed?.error?.status === 404) resumableId = undefined;
		const stored = await readStoredMessage(client, {
			conversationId: conversation_id ?? resumed?.result.conversation_id,
			messageId: message_id ?? resumed?.result.message_id,
			user,
			signal: cancelSignal,
		});
		const { separateReasoning } = options;
		const sources = { resumed, stored, isResumed, separateReasoning };
		const recovered = mergeRecovered(outcome, sources);
		client.logDebug('Recovering run', {
			resumed: resumed?.result.status,
			stored: stored?.status ?? (stored && 'found'),
			recovered: recovered?.result.status,
		});
		if (recovered !== undefined) return recovered;
		if (performance.now() + delayMs > deadline || cancelSignal?.aborted === true) return undefined;
		await Promise.race([sleep(delayMs), untilAborted(cancelSignal)]);
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

function maxRecoveryMs({ idleTimeout }: RunOptions, isContinuing: boolean): number {
	const limitMs = idleTimeout === 0 ? DEFAULT_RECOVERY_MS : idleTimeout * 1000;
	return isContinuing ? limitMs : Math.min(MAX_STORE_DELAY_MS, limitMs);
}

/**
 * Reads the events of a run from now on (docs/dify-api.md#resuming). The state snapshot that Dify sends
 * first reports a pause. Its text is not usable: it only changes at a pause and at the end. Text that was
 * sent between the break and now is not repeated. The complete answer arrives at the workflow's end.
 */
async function resumeEvents(
	client: DifyClient,
	{ timing }: RunOutcome,
	{ user, options, workflowRunId, cancelSignal }: RecoverySettings,
): Promise<RunOutcome> {
	const maxDurationMs = options.maxDuration * 1000;
	const run = new ChatRun(client, {
		idleTimeoutMs: options.idleTimeout * 1000,
		maxDurationMs: maxDurationMs === 0 ? 0 : Math.max(1, maxDurationMs - timing.duration_ms),
		cancelSignal,
		includeEvents: false,
		isResumed: true,
	});
	return await run.execute({
		method: 'GET',
		path: `/workflow/${workflowRunId}/events`,
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
	const result = await tryReadMessages(client, query, signal);
	return result.ok ? result.messages.find(({ id }) => id === messageId) : undefined;
}

interface RecoverySources {
	/** The resumed events, if there are any. */
	resumed: RunOutcome | undefined;
	/** The message as Dify stores it, if it can be read. */
	stored: StoredMessage | undefined;
	/** Whether the text that arrived begins in the middle of the answer. */
	isResumed: boolean;
	separateReasoning: boolean;
}

/**
 * Merges what arrived of a run with its resumed events and its stored message. If the events do not
 * contain the run's end, the stored message counts only if its answer is not empty and continues the text
 * that arrived.
 *
 * @returns `undefined` if neither source contains the end of the run
 */
function mergeRecovered(
	{ rawAnswer: arrived, result }: RunOutcome,
	{ resumed, stored, isResumed, separateReasoning }: RecoverySources,
): RecoveredRun | undefined {
	const end = resumed !== undefined && hasEnd(resumed) ? resumed : undefined;
	const isContinuation = (answer: string): boolean =>
		answer !== '' && (isResumed ? answer.includes(arrived) : answer.startsWith(arrived));
	const answers = [end?.rawAnswer ?? '', stored?.answer ?? ''];
	const continuation = answers.find(isContinuation);
	const isStored = continuation !== undefined && (stored?.status ?? 'normal') === 'normal';
	if (end === undefined && !isStored) return undefined;
	// Moderation can replace the text that arrived. Only a completed run has such a replacement.
	const isDone = ['completed', 'partial'].includes(end?.result.status ?? '');
	const replacement = isDone ? answers.findLast((answer) => answer !== '') : undefined;
	const answer = continuation ?? replacement ?? arrived;
	const { text, reasoning } = separateReasoning
		? splitReasoning(answer)
		: { text: answer, reasoning: '' };
	return {
		result: {
			...addStoredFields(end === undefined ? result : mergeResults(result, end.result), stored),
			status: end?.result.status ?? 'completed',
			answer: text,
			...(reasoning !== '' && { reasoning }),
		},
		error: end?.error,
	};
}

/** Returns whether the events contain the end of the run, and did not just break off. */
function hasEnd({ isCutShort, timing }: RunOutcome): boolean {
	return !isCutShort && timing.events > 0;
}

/** Merges the first part of a run with its resumed end. The events of a run that is over contain no ids. */
function mergeResults(first: RunResult, end: RunResult): RunResult {
	return {
		...end,
		reasoning: first.reasoning,
		conversation_id: first.conversation_id ?? end.conversation_id,
		message_id: first.message_id ?? end.message_id,
		task_id: first.task_id ?? end.task_id,
		created_at: first.created_at ?? end.created_at,
	};
}

/** Adds the fields of the stored message that `message_end` would have brought. */
function addStoredFields(result: RunResult, stored: StoredMessage | undefined): RunResult {
	if (stored === undefined || result.metadata.usage !== null) return result;
	const { retriever_resources = [], message_files, agent_thoughts, created_at } = stored;
	return {
		...result,
		metadata: toMetadata({ ...result.metadata, retriever_resources }),
		files: message_files === undefined ? result.files : selectAnswerFiles(message_files),
		agent_thoughts: agent_thoughts ?? result.agent_thoughts,
		created_at: created_at ?? result.created_at,
	};
}

/** Resolves when `signal` aborts; never without a signal. */
async function untilAborted(signal: AbortSignal | undefined): Promise<void> {
	await new Promise<void>((resolve) => {
		signal?.addEventListener('abort', () => resolve(), { once: true });
	});
}

/** Returns whether Dify reports a version before 1.13, in which a chatflow stops when its client disconnects. */
function isBefore113(difyVersion: string | undefined): boolean {
	const [, major, minor] = /^(\d+)\.(\d+)/.exec(difyVersion ?? '') ?? [];
	if (major === undefined || minor === undefined) return false;
	return Number(major) < 1 || (Number(major) === 1 && Number(minor) < 13);
}
