import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { DifyClient } from '../transport/DifyClient';
import { throwApiError } from '../transport/errors';
import { isStartedByChat } from './chatTrigger';
import type { RunOutcome } from './ChatRun';
import type { RunOptions } from './options';
import { recoverRun, remainingText } from './recovery';
import { toItem } from './toItem';
import type { WebhookStream } from './webhookStream';

/** Where and how the result of a run is reported. */
export interface RunReport {
	context: IExecuteFunctions;
	/** The user who started the run. */
	user: string;
	/** Receives the answer as a stream; `undefined` if nobody does. */
	stream: WebhookStream | undefined;
	simplify: boolean;
	options: RunOptions;
	/** Set for a resumed run, whose events are read from the middle of the run. */
	workflowRunId?: string;
}

/**
 * Returns the run as the JSON of an item. Before that it recovers the rest of a broken stream, and stops
 * a run on Dify that was cancelled or exceeded its maximum duration.
 *
 * @throws {NodeOperationError} if the execution was cancelled
 * @throws {NodeApiError} if the run failed or is incomplete, with its partial result
 */
export async function completeRun(
	client: DifyClient,
	outcome: RunOutcome,
	report: RunReport,
): Promise<IDataObject> {
	const { context, user, stream, simplify, options } = report;
	const { task_id, answer } = outcome.result;
	if (task_id !== undefined && outcome.abortReason === 'total') {
		await client.tryStopTask(task_id, user);
	}
	// A blocking answer, or one that only the workflow's outputs contain, has not been streamed.
	if (!outcome.wasStreamed && answer !== '') await stream?.sendText(answer);
	const completed = await recoverIfCutShort(client, outcome, report);
	const cancelSignal = context.getExecutionCancelSignal();
	if (outcome.abortReason === 'cancelled' || cancelSignal?.aborted === true) {
		if (task_id !== undefined) await client.tryStopTask(task_id, user);
		const { itemIndex } = client;
		throw new NodeOperationError(context.getNode(), 'The execution was cancelled', { itemIndex });
	}
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
		// If the node fails, n8n sends the error's description to the client. If it continues, n8n sends nothing.
		if (context.continueOnFail()) await stream?.fail(client.redact(error.message));
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
	context.addExecutionHints({ message: `${message} [item ${itemIndex}]`, location: 'outputPane' });
}

/** Returns the outcome with the recovered result, or `undefined` if there is nothing to recover. */
async function recoverIfCutShort(
	client: DifyClient,
	outcome: RunOutcome,
	{ context, user, options, workflowRunId }: RunReport,
): Promise<RunOutcome | undefined> {
	const cancelSignal = context.getExecutionCancelSignal();
	// A run that exceeded its maximum duration was stopped, and a cancelled one will be.
	const isStopped = outcome.abortReason === 'total' || cancelSignal?.aborted === true;
	if (!options.recover || !outcome.isCutShort || isStopped) return undefined;
	const settings = { user, options, workflowRunId, cancelSignal };
	const recovered = await recoverRun(client, outcome, settings);
	if (recovered === undefined) return undefined;
	return { ...outcome, result: recovered.result, error: recovered.error };
}

function addStreamHints(
	{ itemIndex }: DifyClient,
	{ malformedMessages }: RunOutcome,
	{ context, stream }: RunReport,
): void {
	if (malformedMessages > 0) {
		const count = malformedMessages === 1 ? '1 message' : `${malformedMessages} messages`;
		const message = `Skipped ${count} of Dify's stream that could not be read`;
		addHint(context, itemIndex, message);
	}
	if (stream?.brokenReason !== undefined) {
		const message = `The answer could not be streamed to its end: ${stream.brokenReason}`;
		addHint(context, itemIndex, message);
	}
}
