import { setTimeout as pause } from 'node:timers/promises';

/** Waits, unless the server closes. */
export async function wait(ms: number, closing: AbortSignal): Promise<void> {
	if (ms <= 0) return;
	try {
		await pause(ms, undefined, { signal: closing });
	} catch {
		// Closing: whoever waited looks at the signal.
	}
}
