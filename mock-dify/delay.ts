import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for this many ms. Resolves earlier if the server shuts down, so callers that must not
 * continue then check the signal themselves.
 */
export async function delay(ms: number, shutdownSignal: AbortSignal): Promise<void> {
	if (ms <= 0) return;
	try {
		await sleep(ms, undefined, { signal: shutdownSignal });
	} catch {
		// The only possible error is the abort of the signal.
	}
}
