/**
 * Calls `map` for each value with at most `maxConcurrency` calls in progress. Returns the results in the
 * order of `values`. After a rejection no further call starts, and the calls in progress are awaited.
 *
 * @throws the first rejection
 */
export async function mapInOrder<Value, Result>(
	values: readonly Value[],
	maxConcurrency: number,
	map: (value: Value, index: number) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	const errors: unknown[] = [];
	const queue = values.entries();
	const worker = async (): Promise<void> => {
		for (const [index, value] of queue) {
			if (errors.length > 0) return;
			try {
				results[index] = await map(value, index);
			} catch (error) {
				errors.push(error);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(maxConcurrency, values.length) }, worker));
	if (errors.length > 0) throw errors[0];
	return results;
}
