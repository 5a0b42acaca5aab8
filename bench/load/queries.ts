import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FileReference } from '../../protocol/request';
import { UsageError } from '../usageError';

/** What one request asks. */
export interface Query {
	query: string;
	inputs: Record<string, unknown>;
	files: FileReference[];
	user: string;
}

const FIELDS = ['query', 'inputs', 'files', 'user'];

/**
 * Reads a dataset: a JSON object a line, of `query` and, where wanted, `inputs`, `files`, `user`.
 *
 * @throws {UsageError} naming the file and the line
 */
export function readQueries(file: string, defaults: Omit<Query, 'query'>): Query[] {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		throw new UsageError(`--queries: ${file} cannot be read: ${(error as Error).message}`);
	}
	const queries = text.split(/\r?\n/).flatMap((line, index) => {
		if (line.trim() === '') return [];
		return [readLine(line, `${file}:${index + 1}`, defaults)];
	});
	if (queries.length === 0) throw new UsageError(`--queries: ${file} holds no query`);
	return queries;
}

function readLine(line: string, place: string, defaults: Omit<Query, 'query'>): Query {
	let value: unknown;
	try {
		value = JSON.parse(line.replace(/^\uFEFF/, ''));
	} catch (error) {
		throw new UsageError(`${place}: not valid JSON: ${(error as Error).message}`);
	}
	if (!isObject(value)) throw new UsageError(`${place}: not an object such as {"query": "Hello"}`);
	const unknown = Object.keys(value).find((key) => !FIELDS.includes(key));
	if (unknown !== undefined) {
		throw new UsageError(`${place}: "${unknown}" is none of ${FIELDS.join(', ')}`);
	}
	const { query, inputs = defaults.inputs, files = defaults.files, user = defaults.user } = value;
	if (typeof query !== 'string' || query === '')
		throw new UsageError(`${place}: "query" is no text`);
	if (!isObject(inputs)) throw new UsageError(`${place}: "inputs" is not an object`);
	if (!Array.isArray(files)) throw new UsageError(`${place}: "files" is not an array`);
	if (typeof user !== 'string' || user === '') throw new UsageError(`${place}: "user" is no text`);
	return { query, inputs, files, user };
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells two runs' datasets apart without showing them. */
export function digestOf(queries: readonly Query[]): string {
	return createHash('sha256').update(JSON.stringify(queries)).digest('hex');
}
