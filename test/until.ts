/** Waits until `isTrue`, looking every few milliseconds; fails after `limitMs`. */
export async function until(isTrue: () => boolean, limitMs = 3_000): Promise<void> {
	const deadline = performance.now() + limitMs;
	while (!isTrue()) {
		if (performance.now() > deadline) throw new Error('it did not come to that in time');
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
