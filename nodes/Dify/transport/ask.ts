import type { IDataObject } from 'n8n-workflow';
import type { Connection, Context, Reply, Request } from './connection';
import { throwFailure } from './errors';

/**
 * Sends a request whose answer is a JSON object and gives that object; empty for an answer without a
 * body (204).
 *
 * @param about what is being done, where Dify's own words do not say
 * @throws {NodeApiError} for any other answer, and for none
 */
export async function ask(
	context: Context,
	connection: Connection,
	itemIndex: number,
	request: Request,
	about?: string,
): Promise<IDataObject> {
	const answer = await connection.json({ signal: cancelSignalOf(context), ...request });
	if (answer.ok) return (answer.body ?? {}) as IDataObject;
	return throwFailure(context, connection, answer.failure, { itemIndex, about });
}

/**
 * Sends a request whose answer is a file and reads it whole.
 *
 * @throws {NodeApiError} for any other answer, for one that broke off, and for none
 */
export async function download(
	context: Context,
	connection: Connection,
	itemIndex: number,
	request: Request,
): Promise<{ reply: Reply; bytes: Buffer }> {
	const answer = await connection.bytes({ signal: cancelSignalOf(context), ...request });
	if (answer.ok) return answer;
	return throwFailure(context, connection, answer.failure, { itemIndex });
}

/** The signal of a cancelled execution; a form has none. */
function cancelSignalOf(context: Context): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}
