/**
 * Maps with at most `atOnce` calls at a time, results in the order of `values`. After a rejection no
 * further call begins; those that had begun are waited for, so that none runs on unseen.
 *
 * @throws the first rejection
 */
export async function mapInOrder<Value, Result>(
	values: readonly Value[],
	atOnce: number,
	map: (value: Value, index: number) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	const failures: unknown[] = [];
	const queue = values.entries();
	const worker = async (): Promise<void> => {
		for (const [index, value] of queue) {
			if (failures.length > 0) return;
			try {
				results[index] = await map(value, index);
			} catch (error) {
				failures.push(error);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, values.length) }, worker));
	if (failures.length > 0) throw failures[0];
	return results;
}
