import { readFileSync } from 'node:fs';
import { UsageError } from '../usageError';
import type { BenchResult } from '../result';
import { RESULT_FORMAT } from '../result';

/**
 * A result as `--json` wrote it.
 * @throws {UsageError} for a file that cannot be read, is no JSON, or no result of this format
 */
export function readResult(path: string): BenchResult {
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
	}
	const result = parse(path, text);
	const format = result?.format;
	if (format !== RESULT_FORMAT) {
		const found = typeof format === 'string' ? `its format is ${format}` : 'it names no format';
		throw new UsageError(
			`${path} is no result of ${RESULT_FORMAT} (${found}): give a file that dify-bench run --json wrote`,
		);
	}
	return result as BenchResult;
}

function parse(path: string, text: string): { format?: unknown } | null {
	try {
		return JSON.parse(text) as { format?: unknown } | null;
	} catch (error) {
		throw new UsageError(`${path} is no JSON: ${(error as Error).message}`);
	}
}
