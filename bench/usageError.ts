/** Something that the caller must put right; the program ends with 2. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}
