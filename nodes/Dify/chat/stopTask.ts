import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { BoundedRequest, DifyClient } from '../transport/DifyClient';
import { isPathSegment } from '../transport/DifyClient';
import { MAX_SIDE_BODY_BYTES } from '../transport/httpResponse';
import type { RunOutcome } from './ChatRun';

/** Dify answers a stop request at once (docs/dify-api.md#stopping). */
const STOP_TIMEOUT_MS = 5_000;

/**
 * Stops a run. Dify requires the user who started it, and reports success for an unknown task too.
 *
 * @throws {NodeOperationError} if the task ID cannot be part of a path
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function stopTask(
	client: DifyClient,
	taskId: string,
	user: string,
): Promise<IDataObject> {
	client.checkPathSegment(taskId, 'Task ID');
	return await client.requestJson(stopRequest(taskId, user));
}

/** Stops the task on Dify if the run exceeded the option 'Max Duration'. Ignores errors of the request. */
export async function stopTaskIfTooLong(
	client: DifyClient,
	{ abortReason, result }: RunOutcome,
	user: string,
): Promise<void> {
	if (abortReason === 'total') await tryStopTask(client, result.task_id, user);
}

/**
 * Stops the task on Dify if the execution was canceled, so that Dify does not continue and bill an answer
 * that nobody reads. Ignores errors of the request.
 *
 * @throws {NodeOperationError} if the execution was canceled
 */
export async function stopTaskIfCanceled(
	client: DifyClient,
	{ abortReason, result }: RunOutcome,
	{ context, user }: { context: IExecuteFunctions; user: string },
): Promise<void> {
	const cancelSignal = context.getExecutionCancelSignal();
	if (abortReason !== 'canceled' && cancelSignal?.aborted !== true) return;
	await tryStopTask(client, result.task_id, user);
	const { itemIndex } = client;
	throw new NodeOperationError(context.getNode(), 'The execution was canceled', { itemIndex });
}

async function tryStopTask(
	client: DifyClient,
	taskId: string | undefined,
	user: string,
): Promise<void> {
	if (taskId === undefined || !isPathSegment(taskId)) return;
	await client.tryRequestJson({
		...stopRequest(taskId, user),
		// The execution's own signal is aborted after a cancel, and would abort this request too.
		maxDurationMs: STOP_TIMEOUT_MS,
		maxBytes: MAX_SIDE_BODY_BYTES,
	});
}

function stopRequest(taskId: string, user: string): BoundedRequest {
	return {
		method: 'POST',
		path: `/chat-messages/${encodeURIComponent(taskId)}/stop`,
		body: { user },
	};
}
