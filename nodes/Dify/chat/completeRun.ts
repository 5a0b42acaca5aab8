import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { DifyClient } from '../transport/DifyClient';
import { itemSuffix, throwApiError } from '../transport/errors';
import { isStartedByChat } from './chatTrigger';
import type { RunOutcome } from './ChatRun';
import type { RunOptions } from './options';
import { recoverRun, remainingText } from './recovery';
import { stopTaskIfCanceled, stopTaskIfTooLong } from './stopTask';
import { toItem, toWarnings } from './toItem';
import type { WebhookStream } from './webhookStream';

/** Where and how the result of a run is reported. */
interface RunReport {
	context: IExecuteFunctions;
	/** The user who started the run. */
	user: string;
	/** Receives the answer as a stream; `undefined` if the execution does not stream. */
	stream: WebhookStream | undefined;
	simplify: boolean;
	options: RunOptions;
	/** Set for a resumed run, whose events are read from the middle of the run. */
	workflowRunId?: string;
}

/**
 * Returns the run as the JSON of an item. Before that it recovers the rest of a broken stream, and stops
 * a run on Dify that was canceled or exceeded its maximum duration.
 *
 * @throws {NodeOperationError} if the execution was canceled
 * @throws {NodeApiError} if the run failed or is incomplete, with its partial result
 */
export async function completeRun(
	client: DifyClient,
	outcome: RunOutcome,
	report: RunReport,
): Promise<IDataObject> {
	const { context, user, stream, simplify, options } = report;
	const { answer } = outcome.result;
	await stopTaskIfTooLong(client, outcome, user);
	// A blocking answer, or one that only the workflow's outputs contain, has not been streamed.
	if (!outcome.wasStreamed && answer !== '') await stream?.sendText(answer);
	const completed = await recoverIfCutShort(client, outcome, report);
	// The execution may also have been canceled during the recovery.
	await stopTaskIfCanceled(client, outcome, { context, user });
	if (completed !== undefined) {
		const isResumed = report.workflowRunId !== undefined;
		await stream?.sendText(remainingText(completed.result.answer, answer, isResumed));
	}
	const { result, error, timing } = completed ?? outcome;
	const item = toItem(completed ?? outcome, {
		simplify,
		includeEvents: options.includeEvents,
		isRecovered: completed !== undefined,
		isChat: isStartedByChat(context, client.itemIndex),
	});
	if (error !== undefined) {
		const { status } = result;
		const partial: IDataObject = timing.events > 0 ? { ...item, status } : { status };
		return throwApiError(client, error, { partial, hasListener: stream !== undefined });
	}
	await stream?.end();
	addStreamHints(client, outcome, report);
	return item;
}

/** Adds a hint to the output of an item that succeeded. n8n before 1.81 has no such hints. */
export function addHint(context: IExecuteFunctions, itemIndex: number, message: string): void {
	if (!('addExecutionHints' in context)) return;
	const suffix = itemSuffix(context, itemIndex);
	context.addExecutionHints({ message: `${message}${suffix}`, location: 'outputPane' });
}

/** Returns the outcome with the recovered result, or `undefined` if there is nothing to recover. */
async function recoverIfCutShort(
	client: DifyClient,
	outcome: RunOutcome,
	{ context, user, options, workflowRunId }: RunReport,
): Promise<RunOutcome | undefined> {
	const cancelSignal = context.getExecutionCancelSignal();
	// A run that exceeded its maximum duration was stopped, and a canceled one will be.
	const isStopped = outcome.abortReason === 'total' || cancelSignal?.aborted === true;
	if (!options.recover || !outcome.isCutShort || isStopped) return undefined;
	const settings = { user, options, workflowRunId, cancelSignal };
	const recovered = await recoverRun(client, outcome, settings);
	if (recovered === undefined) return undefined;
	return { ...outcome, result: recovered.result, error: recovered.error };
}

function addStreamHints(
	client: DifyClient,
	outcome: RunOutcome,
	{ context, stream }: RunReport,
): void {
	const { itemIndex } = client;
	for (const warning of toWarnings(outcome)) addHint(context, itemIndex, warning);
	if (stream?.brokenReason !== undefined) {
		const message = `The answer could not be streamed to its end: ${client.redact(stream.brokenReason)}`;
		addHint(context, itemIndex, message);
	}
}
