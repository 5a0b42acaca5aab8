import { readFileSync } from 'node:fs';
import type { BenchResult } from '../result';
import { RESULT_FORMAT } from '../result';
import { UsageError } from '../usageError';

/** Returns the result as JSON in the shape of result.schema.json, with a final newline. */
export function jsonReport(result: BenchResult): string {
	return `${JSON.stringify(result, null, '\t')}\n`;
}

/**
 * Reads a result that `dify-bench run --json` wrote.
 * @throws {UsageError} if the file cannot be read, is not JSON, or is not a result of this format
 */
export function readJsonReport(path: string): BenchResult {
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
	}
	const result = parseJson(path, text);
	const format = result?.format;
	if (format !== RESULT_FORMAT) {
		const found = typeof format === 'string' ? `its format is ${format}` : 'it has no format';
		throw new UsageError(
			`${path} is not a ${RESULT_FORMAT} result (${found}). Use a file that dify-bench run --json wrote`,
		);
	}
	return result as BenchResult;
}

function parseJson(path: string, text: string): { format?: unknown } | null {
	try {
		return JSON.parse(text) as { format?: unknown } | null;
	} catch (error) {
		throw new UsageError(`${path} is not valid JSON: ${(error as Error).message}`);
	}
}
