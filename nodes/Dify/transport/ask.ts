import type { IDataObject } from 'n8n-workflow';
import type { Connection, Context, Request } from './connection';
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

/** The signal of a cancelled execution; a form has none. */
export function cancelSignalOf(context: Context): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}
