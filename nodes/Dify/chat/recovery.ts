import { sleep } from 'n8n-workflow';
import { computeDelta } from '../../../protocol/stream/answerText';
import { isVersionBefore } from '../../../protocol/version';
import type { DifyClient } from '../transport/DifyClient';
import { isPathSegment } from '../transport/DifyClient';
import type { StoredMessage } from '../transport/messages';
import { tryReadMessages } from '../transport/messages';
import type { RunOutcome } from './ChatRun';
import { ChatRun } from './ChatRun';
import type { RecoveredRun } from './mergeRecovered';
import { isDone, mergeRecovered } from './mergeRecovered';
import type { RunOptions } from './options';

/**
 * Chatbots and agents store the message, complete or empty, within 1 s after the stream breaks
 * (docs/dify-api.md#recovery).
 */
const MAX_STORE_DELAY_MS = 3_000;
/** How long to wait for a chatflow, which continues without a client, if 'Idle Timeout' has no limit. */
const DEFAULT_RECOVERY_MS = 300_000;
/**
 * How long to read a run's events that contain pings only. Since Dify 1.15 such a request can stay
 * without an event even after the run has ended (docs/dify-api.md#resuming), so it is sent again.
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

interface RecoverySettings {
	/** The user who started the run. */
	user: string;
	options: RunOptions;
	/** Set for a run whose events were read from the middle of the run. */
	workflowRunId?: string;
	cancelSignal?: AbortSignal;
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
	return await new RunRecovery(client, outcome, settings).run();
}

/** Reads the events and the stored message of one run in turns, until one of them has the run's end. */
class RunRecovery {
	private readonly isContinuing: boolean;
	private readonly deadline: number;
	private conversationId: string | undefined;
	private messageId: string | undefined;
	/** The run whose events can be resumed; `undefined` if Dify cannot resume them. */
	private resumableId: string | undefined;
	/** The resumed events, if they contain the end of the run. */
	private end: RunOutcome | undefined;
	/** When the answer is stored for certain. Only set with {@link end}. */
	private storedAt = 0;

	constructor(
		private readonly client: DifyClient,
		private readonly outcome: RunOutcome,
		private readonly settings: RecoverySettings,
	) {
		const { workflow, mode, conversation_id, message_id } = outcome.result;
		const { options, workflowRunId } = settings;
		const isChatflow = mode === 'advanced-chat' || workflowRunId !== undefined;
		this.isContinuing = isChatflow && isVersionBefore(outcome.difyVersion, '1.13') !== true;
		this.deadline = performance.now() + maxRecoveryMs(outcome, options, this.isContinuing);
		this.conversationId = conversation_id;
		this.messageId = message_id;
		const runId = workflow?.id ?? workflowRunId ?? '';
		if (this.isContinuing && isPathSegment(runId)) this.resumableId = runId;
	}

	async run(): Promise<RecoveredRun | undefined> {
		const { cancelSignal } = this.settings;
		/** The run as its stored message has it, while its events are read once more. */
		let fromMessage: RecoveredRun | undefined;
		for (
			let delayMs = FIRST_RETRY_DELAY_MS;
			;
			delayMs = Math.min(delayMs * 2, MAX_RETRY_DELAY_MS)
		) {
			await this.readEvents();
			const stored = await this.readMessage();
			const recovered = this.isStorePending(stored) ? undefined : this.merge(stored);
			if (recovered !== undefined) {
				const hasEvents = this.end !== undefined || this.resumableId === undefined;
				if (hasEvents || fromMessage !== undefined) return recovered;
				// The message does not say how the workflow ended. The events of a run that is over do, and come at once.
				fromMessage = recovered;
				continue;
			}
			const isOver = performance.now() + delayMs > this.deadline || cancelSignal?.aborted === true;
			if (isOver || !this.canRead) return fromMessage;
			await waitFor(delayMs, cancelSignal);
		}
	}

	/** Whether the run has the ids that a request needs. */
	private get canRead(): boolean {
		const hasMessage = this.conversationId !== undefined && this.messageId !== undefined;
		return hasMessage || this.resumableId !== undefined;
	}

	/**
	 * Reads the events of the run from now on (docs/dify-api.md#resuming). The state snapshot that Dify sends
	 * first reports a pause. Its text is not usable: it only changes at a pause and at the end. Text that was
	 * sent between the break and now is not repeated. The complete answer arrives at the workflow's end.
	 */
	private async readEvents(): Promise<void> {
		const { resumableId } = this;
		if (this.end !== undefined || resumableId === undefined) return;
		const { user, cancelSignal } = this.settings;
		const run = new ChatRun(this.client, {
			idleTimeoutMs: SILENT_EVENTS_MS,
			ignoresPings: true,
			maxDurationMs: Math.max(1, this.deadline - performance.now()),
			cancelSignal,
			includeEvents: false,
			isResumed: true,
		});
		const resumed = await run.execute({
			method: 'GET',
			path: `/workflow/${encodeURIComponent(resumableId)}/events`,
			qs: { user, include_state_snapshot: 'true' },
		});
		// Dify before 1.14 cannot resume events.
		if (resumed.error?.status === 404) this.resumableId = undefined;
		this.conversationId ??= resumed.result.conversation_id;
		this.messageId ??= resumed.result.message_id;
		if (!hasEnd(resumed)) return;
		this.end = resumed;
		this.storedAt = performance.now() + MAX_FINAL_STORE_DELAY_MS;
	}

	/** Returns the message as Dify stores it, or `undefined` if it cannot be read. */
	private async readMessage(): Promise<StoredMessage | undefined> {
		const { conversationId, messageId } = this;
		const { user, cancelSignal: signal } = this.settings;
		if (conversationId === undefined || messageId === undefined) return undefined;
		const query = { conversation_id: conversationId, user, limit: RECENT_MESSAGES };
		const limits = { signal, maxDurationMs: MAX_READ_MS };
		const result = await tryReadMessages(this.client, query, limits);
		return result.ok ? result.body.find(({ id }) => id === messageId) : undefined;
	}

	/** Returns whether the run is over, but Dify has not stored its answer yet. */
	private isStorePending(stored: StoredMessage | undefined): boolean {
		const { end } = this;
		if (end === undefined || !isDone(end) || end.rawAnswer === '') return false;
		return stored?.answer === '' && performance.now() <= this.storedAt;
	}

	private merge(stored: StoredMessage | undefined): RecoveredRun | undefined {
		const { client, outcome, settings, end, isContinuing } = this;
		const { separateReasoning } = settings.options;
		const isResumed = settings.workflowRunId !== undefined;
		const sources = { end, stored, isResumed, isContinuing, separateReasoning };
		const recovered = mergeRecovered(outcome, sources);
		client.logDebug('Recovering run', {
			resumed: end?.result.status,
			stored: stored?.status,
			recovered: recovered?.result.status,
		});
		return recovered;
	}
}

/** Returns whether the events contain the end of the run, and did not just break off. */
function hasEnd({ isCutShort, timing }: RunOutcome): boolean {
	return !isCutShort && timing.events > 0;
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
