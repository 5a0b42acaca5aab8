import type { Connection } from '../../../transport/connection';

/** Dify answers a stop at once, whatever comes of it (contract, section 6). */
const STOP_TIMEOUT_MS = 5_000;

/**
 * Stops a run on Dify, for which it wants the same user. Its answer is `success` for an unknown task
 * too, so there is nothing to learn from it.
 */
export async function stopTask(
	connection: Connection,
	taskId: string,
	user: string,
): Promise<void> {
	await connection.json({
		method: 'POST',
		path: `/chat-messages/${encodeURIComponent(taskId)}/stop`,
		body: { user },
		// A signal of its own: after a cancel, the execution's lets nothing out.
		signal: AbortSignal.timeout(STOP_TIMEOUT_MS),
	});
}
