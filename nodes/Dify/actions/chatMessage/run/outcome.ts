import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { Connection } from '../../../transport/connection';
import { throwFailure } from '../../../transport/errors';
import { hint } from './hint';
import { toItem } from './item';
import type { Live } from './live';
import { recover } from './recover';
import { restOf } from './restored';
import type { Run } from './run';
import type { RunOptions } from './settings';
import { stopTask } from './stop';

/** How a run is told of. */
export interface Telling {
	itemIndex: number;
	/** Whose run it is. */
	user: string;
	live: Live | undefined;
	simplify: boolean;
	options: RunOptions;
	/** Of a run that was read from its middle on. */
	workflowRunId?: string;
}

/**
 * A run as one item, after whatever can still be had of it: the rest of a broken stream, or a stop.
 *
 * @throws {NodeOperationError} after a cancel
 * @throws {NodeApiError} for a run that did not come to its end, with what had arrived of it
 */
export async function toOutcome(
	context: IExecuteFunctions,
	connection: Connection,
	run: Run,
	telling: Telling,
): Promise<IDataObject> {
	const { itemIndex, user, live, simplify, options, workflowRunId } = telling;
	const cancelSignal = context.getExecutionCancelSignal();
	const { task_id, answer: arrived } = run.result;
	if (task_id !== undefined && run.endedBy === 'total') await stopTask(connection, task_id, user);

	// A blocking answer, or one that only the workflow's outputs hold: nobody has read it yet.
	if (!run.wasPassedOn && arrived !== '') await live?.text(arrived);
	// A run over its limit was stopped, and a cancelled one will be: there is no more of it.
	const isToRecover = run.wasCut && run.endedBy !== 'total' && cancelSignal?.aborted !== true;
	const recovered =
		isToRecover && options.recover
			? await recover(connection, run, { user, options, workflowRunId, cancelSignal })
			: undefined;
	if (run.endedBy === 'cancelled' || cancelSignal?.aborted === true) {
		if (task_id !== undefined) await stopTask(connection, task_id, user);
		throw new NodeOperationError(context.getNode(), 'The execution was cancelled', { itemIndex });
	}
	if (recovered !== undefined) {
		const isPart = workflowRunId !== undefined;
		await live?.text(restOf(recovered.result.answer, arrived, isPart));
		run.result = recovered.result;
		run.failure = recovered.failure;
	}
	const { includeEvents } = options;
	const item = toItem(run, { simplify, includeEvents, recovered: recovered !== undefined });
	if (run.failure !== undefined) {
		// Who listens is told by n8n of a node that fails, in the words of its description; not of one that goes on.
		if (context.continueOnFail()) await live?.failed(connection.redact(run.failure.message));
		const { status } = run.result;
		const partial: IDataObject = run.timing.events > 0 ? { ...item, status } : { status };
		return throwFailure(context, connection, run.failure, {
			itemIndex,
			partial,
			isHeard: live !== undefined,
		});
	}
	await live?.end();
	if (run.malformedMessages > 0) {
		hint(
			context,
			`${run.malformedMessages} line(s) of Dify's stream were no events, or too long, and were left out`,
			itemIndex,
		);
	}
	if (live?.brokenBy !== undefined) {
		hint(context, `The answer could not be passed on live to its end: ${live.brokenBy}`, itemIndex);
	}
	return item;
}
