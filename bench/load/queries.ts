import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Query } from '../runConfig';
import { UsageError } from '../usageError';

const FIELDS = ['query', 'inputs', 'files', 'user'];

/**
 * Reads a JSON lines file of queries. Each line is an object with `query` and, optionally, `inputs`,
 * `files` and `user`.
 *
 * @throws {UsageError} that names the file and the line
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
		return [parseLine(line, `${file}:${index + 1}`, defaults)];
	});
	if (queries.length === 0) throw new UsageError(`--queries: ${file} contains no query`);
	return queries;
}

/** @param place file and line, for error messages */
function parseLine(line: string, place: string, defaults: Omit<Query, 'query'>): Query {
	let value: unknown;
	try {
		value = JSON.parse(line.replace(/^\uFEFF/, ''));
	} catch (error) {
		throw new UsageError(`${place}: not valid JSON: ${(error as Error).message}`);
	}
	if (!isObject(value)) {
		throw new UsageError(`${place}: must be a JSON object such as {"query": "Hello"}`);
	}
	const unknown = Object.keys(value).find((key) => !FIELDS.includes(key));
	if (unknown !== undefined) {
		throw new UsageError(
			`${place}: unknown field "${unknown}". The fields are ${FIELDS.join(', ')}`,
		);
	}
	const { query, inputs = defaults.inputs, files = defaults.files, user = defaults.user } = value;
	if (typeof query !== 'string' || query === '') {
		throw new UsageError(`${place}: "query" must be a non-empty string`);
	}
	if (!isObject(inputs)) throw new UsageError(`${place}: "inputs" must be an object`);
	if (!Array.isArray(files)) throw new UsageError(`${place}: "files" must be an array`);
	if (typeof user !== 'string' || user === '') {
		throw new UsageError(`${place}: "user" must be a non-empty string`);
	}
	return { query, inputs, files, user };
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns a digest that shows whether two runs used the same queries, without revealing them. */
export function digestQueries(queries: readonly Query[]): string {
	return createHash('sha256').update(JSON.stringify(queries)).digest('hex');
}
