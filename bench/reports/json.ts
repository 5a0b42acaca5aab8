import type { BenchResult } from '../result';

/** The result as it is, in the shape of result.schema.json, with a newline at its end. */
export function jsonReport(result: BenchResult): string {
	return `${JSON.stringify(result, null, '\t')}\n`;
}
