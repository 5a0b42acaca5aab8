import type { Variable } from '../../../../../protocol/appParameters';
import { parseAppVariables } from '../../../../../protocol/appParameters';
import type { AppParameters } from '../../appParameters';
import type { FileSender } from './files';

/** A text that could stand for a file: anything else is sent as it is, whatever the app wants. */
const LOOKS_LIKE_FILE = /^(?:https?:\/\/\S+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/i;

/**
 * Puts file references in place of what a person gave for the app's file variables. The app is asked
 * for its variables only where a value could be meant for a file.
 */
export async function resolveInputs(
	app: AppParameters,
	files: FileSender,
	inputs: Record<string, unknown>,
): Promise<Record<string, unknown>> {
	const variables = Object.values(inputs).some((value) => mayMeanFile(files, value))
		? fileVariables(await app.read())
		: new Map<string, Variable>();
	// A Map, as a key such as __proto__ is a person's to choose and no way into an object.
	const resolved = new Map<string, unknown>();
	for (const [name, value] of Object.entries(inputs)) {
		resolved.set(name, await resolve(files, value, variables.get(name)));
	}
	return Object.fromEntries(resolved);
}

async function resolve(
	files: FileSender,
	value: unknown,
	variable: Variable | undefined,
): Promise<unknown> {
	if (variable?.type === 'file') return await files.fromInput(value, variable);
	if (variable?.type === 'file-list') return await files.fromInputList(value, variable);
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

/** The app's file variables by name. */
function fileVariables(parameters: unknown): ReadonlyMap<string, Variable> {
	return new Map(
		parseAppVariables(parameters)
			.filter(({ type }) => type === 'file' || type === 'file-list')
			.map((variable) => [variable.variable, variable]),
	);
}
