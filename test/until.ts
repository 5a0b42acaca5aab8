/** Waits until `isTrue`, looking every few milliseconds; fails after `limitMs`. */
export async function until(isTrue: () => boolean, limitMs = 3_000): Promise<void> {
	const deadline = performance.now() + limitMs;
	while (!isTrue()) {
		if (performance.now() > deadline) throw new Error('it did not come to that in time');
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

/** Makes the same check again until it passes; after `limitMs`, its failure stands. */
export async function eventually(check: () => Promise<void>, limitMs = 10_000): Promise<void> {
	const deadline = performance.now() + limitMs;
	for (;;) {
		try {
			return await check();
		} catch (error) {
			if (performance.now() > deadline) throw error;
		}
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}
