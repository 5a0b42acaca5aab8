import { setSafeObjectProperty } from 'n8n-workflow';
import { variablesOf } from '../../../../../protocol/parameters';
import type { Connection } from '../../../transport/connection';
import type { FileSender } from './files';

/** The type of each input, where the form of the node knows it: what GET /parameters said of the app. */
export type InputTypes = ReadonlyMap<string, string>;

/** A text that could stand for a file: anything else is sent as it is, whatever the app wants. */
const LOOKS_LIKE_FILE = /^(?:https?:\/\/\S+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/i;

/**
 * Puts file references in place of what a person gave for the app's file variables. The app is asked
 * for its variables only where a value could be meant for a file.
 */
export async function resolveInputs(
	connection: Connection,
	files: FileSender,
	inputs: Record<string, unknown>,
	user: string,
): Promise<Record<string, unknown>> {
	const types = Object.values(inputs).some((value) => mayMeanFile(files, value))
		? await fileVariables(connection, user)
		: new Map<string, string>();
	const resolved: Record<string, unknown> = {};
	for (const [name, value] of Object.entries(inputs)) {
		const type = types.get(name);
		// A key such as __proto__ is a person's to choose and no way into the object.
		setSafeObjectProperty(resolved, name, await resolve(files, name, value, type));
	}
	return resolved;
}

async function resolve(
	files: FileSender,
	name: string,
	value: unknown,
	type: string | undefined,
): Promise<unknown> {
	if (type === 'file') return await files.fromInput(value, name);
	if (type === 'file-list') return await files.fromInputList(value, name);
	return value;
}

function mayMeanFile(files: FileSender, value: unknown): boolean {
	if (Array.isArray(value)) return value.some((entry) => mayMeanFile(files, entry));
	if (typeof value !== 'string') return false;
	const text = value.trim();
	return (
		/^[[{]/.test(text) ||
		text
			.split(',')
			.map((entry) => entry.trim())
			.some((entry) => LOOKS_LIKE_FILE.test(entry) || files.hasBinary(entry))
	);
}

/** Names and types of the app's file variables; none when the app cannot be asked: Dify then judges the input itself. */
async function fileVariables(connection: Connection, user: string): Promise<InputTypes> {
	const answer = await connection.json({ method: 'GET', path: '/parameters', qs: { user } });
	if (!answer.ok) return new Map();
	return new Map(
		variablesOf(answer.body)
			.filter(({ type }) => type === 'file' || type === 'file-list')
			.map(({ variable, type }) => [variable, type]),
	);
}
