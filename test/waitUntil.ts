/**
 * Waits until a condition is true. Checks it every 5 ms.
 *
 * @throws if the condition is still false after `timeoutMs`
 */
export async function waitUntil(condition: () => boolean, timeoutMs = 3_000): Promise<void> {
	const deadline = performance.now() + timeoutMs;
	while (!condition()) {
		if (performance.now() > deadline) {
			throw new Error(`the condition is still false after ${timeoutMs} ms: ${condition}`);
		}
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

/**
 * Repeats a check every 50 ms until it passes.
 *
 * @throws the check's last error if it still fails after `timeoutMs`
 */
export async function retryUntilPassed(
	check: () => Promise<void>,
	timeoutMs = 10_000,
): Promise<void> {
	const deadline = performance.now() + timeoutMs;
	for (;;) {
		try {
			return await check();
		} catch (error) {
			if (performance.now() > deadline) throw error;
		}
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}
