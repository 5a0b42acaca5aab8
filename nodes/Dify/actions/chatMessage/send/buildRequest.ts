import type { Variable } from '../../../../../protocol/appParameters';
import { parseAppVariables } from '../../../../../protocol/appParameters';
import type { ChatRequest, ResponseMode } from '../../../../../protocol/request';
import type { SendOptions } from '../../../chat/options';
import { readOptions } from '../../../chat/options';
import type { ParameterReader } from '../../../helpers/parameters';
import { toText } from '../../../helpers/parameters';
import type { DifyClient } from '../../../transport/DifyClient';
import { resolveConversation } from './resolveConversation';
import type { FileParameter } from './fileReferences';
import { FileReferences, isFileText, splitList } from './fileReferences';

/** The parameters of 'Send Chat Message' for one item. */
export interface SendParameters {
	query: string;
	user: string;
	responseMode: ResponseMode;
	inputs: Record<string, unknown>;
	/** An ID, or a choice of the list ({@link NEW_CONVERSATION}, {@link LATEST_CONVERSATION}). Empty for a new one. */
	conversationId: string;
	files: FileParameter[];
	simplify: boolean;
	options: SendOptions;
}

/** @throws {NodeOperationError} if Dify would reject a parameter */
export function readSendParameters(parameters: ParameterReader): SendParameters {
	const query = toText(parameters.read('query'));
	if (query === '') {
		parameters.throwInvalid(
			"'Query' is empty",
			'Dify does not accept an empty message. Enter a text, or check the expression of the parameter.',
		);
	}
	const user = parameters.readUser();
	const options = readOptions(parameters);
	return {
		query,
		user,
		responseMode: parameters.read('responseMode') as ResponseMode,
		inputs: parameters.readInputs("an object with the app's variables"),
		conversationId: parameters.readOptionalText('conversationId').trim(),
		files: parameters.read('files.file', []) as FileParameter[],
		simplify: parameters.read('simplify') as boolean,
		options: {
			...options,
			traceId: toText(options.traceId),
			workflowId: toText(options.workflowId).trim(),
		},
	};
}

/**
 * Uploads the files of binary fields and returns the request.
 *
 * @throws {NodeOperationError} if a file or an input is invalid
 * @throws {NodeApiError} if an upload fails
 */
export async function buildRequest(
	client: DifyClient,
	parameters: ParameterReader,
	{ query, user, responseMode, inputs, conversationId, files, options }: SendParameters,
): Promise<ChatRequest> {
	const references = new FileReferences(client, parameters, user);
	const messageFiles = [];
	for (const [row, file] of files.entries()) {
		messageFiles.push(await references.fromParameter(file, row));
	}
	const mayContainFiles = Object.values(inputs).some((value) => mayBeFile(parameters, value));
	const fileVariables = mayContainFiles
		? findFileVariables(await client.readAppParameters(user))
		: new Map<string, Variable>();
	return {
		query,
		user,
		responseMode,
		inputs: await resolveInputs(references, inputs, fileVariables),
		conversationId: await resolveConversation(client, conversationId, user),
		files: messageFiles,
		autoGenerateName: options.autoGenerateName,
		traceId: options.traceId,
		workflowId: options.workflowId,
	};
}

/** Replaces the values of file variables with file references. */
export async function resolveInputs(
	references: FileReferences,
	inputs: Record<string, unknown>,
	fileVariables: ReadonlyMap<string, Variable>,
): Promise<Record<string, unknown>> {
	// Users choose the names. In a Map, the name __proto__ is an entry like any other.
	const resolved = new Map<string, unknown>();
	for (const [name, value] of Object.entries(inputs)) {
		const variable = fileVariables.get(name);
		if (variable === undefined) resolved.set(name, value);
		else if (variable.type === 'file') {
			resolved.set(name, await references.fromInput(value, variable));
		} else {
			resolved.set(name, await references.fromInputList(value, variable));
		}
	}
	return Object.fromEntries(resolved);
}

/** Returns whether a value may be meant as a file. The variables of the app are only read if one may. */
function mayBeFile(parameters: ParameterReader, value: unknown): boolean {
	if (Array.isArray(value)) return value.some((entry) => mayBeFile(parameters, entry));
	if (typeof value !== 'string') return false;
	if (/^\s*[[{]/.test(value)) return true;
	return splitList(value).some((entry) => isFileText(parameters, entry));
}

function findFileVariables(appParameters: unknown): ReadonlyMap<string, Variable> {
	return new Map(
		parseAppVariables(appParameters)
			.filter(({ type }) => type === 'file' || type === 'file-list')
			.map((variable) => [variable.variable, variable]),
	);
}
