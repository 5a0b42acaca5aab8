import type { Variable } from '../../../../../protocol/appParameters';
import { parseAppVariables } from '../../../../../protocol/appParameters';
import type { ChatRequest, ResponseMode } from '../../../../../protocol/request';
import { startsLikeJson } from '../../../../../protocol/text';
import type { SendOptions } from '../../../chat/options';
import { readOptions } from '../../../chat/options';
import { isBinaryData, isBinaryMap } from '../../../helpers/binary';
import type { ParameterReader } from '../../../helpers/parameters';
import { parseTextOrJson } from '../../../helpers/values';
import type { DifyClient } from '../../../transport/DifyClient';
import type { FileParameter } from './fileReferences';
import { FileReferences, isFileText, readFileParameters, splitFileList } from './fileReferences';
import { resolveConversation } from './resolveConversation';

/** The parameters of 'Send Chat Message' for one item. */
interface SendParameters {
	query: string;
	user: string;
	responseMode: ResponseMode;
	inputs: Record<string, unknown>;
	/** Whether the inputs come from the fields of the form, which know their types, and not from JSON. */
	areInputsFields: boolean;
	/**
	 * An ID, or a choice of the list ({@link NEW_CONVERSATION}, {@link LATEST_CONVERSATION}).
	 * Empty for a new one.
	 */
	conversationId: string;
	files: FileParameter[];
	simplify: boolean;
	options: SendOptions;
}

/** @throws {NodeOperationError} if Dify would reject a parameter */
export function readSendParameters(parameters: ParameterReader): SendParameters {
	const query = parameters.accept('query', parseTextOrJson(parameters.read('query')));
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
		responseMode: parameters.readOption('responseMode') as ResponseMode,
		inputs: parameters.readInputs("an object with the app's variables"),
		areInputsFields: parameters.hasInputFields(),
		conversationId: parameters.readOptionalIdentifier('conversationId').trim(),
		files: readFileParameters(parameters),
		simplify: parameters.readBoolean('simplify'),
		options: { ...options, workflowId: options.workflowId.trim() },
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
	sendParameters: SendParameters,
): Promise<ChatRequest> {
	const { query, user, responseMode, inputs, areInputsFields, conversationId, files, options } =
		sendParameters;
	const references = new FileReferences(client, parameters, user);
	const messageFiles = [];
	for (const file of files) {
		messageFiles.push(...(await references.fromParameter(file)));
	}
	const variables = await readVariables(client, parameters, sendParameters);
	return {
		query,
		user,
		responseMode,
		inputs: await resolveInputs(references, inputs, { variables, areInputsFields }),
		conversationId: await resolveConversation(client, conversationId, user),
		files: messageFiles,
		autoGenerateName: options.autoGenerateName,
		traceId: options.traceId,
		workflowId: options.workflowId,
	};
}

/**
 * Returns the variables of the app. They are only read if a value may be meant as a file, or if a field of
 * the form may need the type of its variable.
 */
async function readVariables(
	client: DifyClient,
	parameters: ParameterReader,
	{ user, inputs, areInputsFields }: SendParameters,
): Promise<Variable[]> {
	const needsVariables = Object.values(inputs).some(
		(value) => mayBeFile(parameters, value) || (areInputsFields && typeof value === 'object'),
	);
	return needsVariables ? parseAppVariables(await client.readAppParameters(user)) : [];
}

interface InputTypes {
	/** The variables of the app, or the fields of a form. */
	variables: readonly Variable[];
	/** Whether the inputs come from the fields of the form, which know their types, and not from JSON. */
	areInputsFields: boolean;
}

/**
 * Replaces the values of file variables with file references,
 * and gives fields the types of their variables.
 */
export async function resolveInputs(
	references: FileReferences,
	inputs: Record<string, unknown>,
	{ variables, areInputsFields }: InputTypes,
): Promise<Record<string, unknown>> {
	const variablesByName = new Map(variables.map((variable) => [variable.variable, variable]));
	// Users choose the names. In a Map, the name __proto__ is an entry like any other.
	const resolved = new Map<string, unknown>();
	for (const [name, value] of Object.entries(inputs)) {
		const variable = variablesByName.get(name);
		if (variable?.type === 'file') {
			resolved.set(name, await references.fromInput(value, variable));
		} else if (variable?.type === 'file-list') {
			resolved.set(name, await references.fromInputList(value, variable));
		} else {
			const isText = areInputsFields && TEXT_TYPES.includes(variable?.type ?? '');
			resolved.set(name, isText ? toFieldText(value) : value);
		}
	}
	return Object.fromEntries(resolved);
}

/** The types of variables for which Dify accepts only a text. */
const TEXT_TYPES: readonly string[] = ['text-input', 'paragraph', 'select'];

function toFieldText(value: unknown): unknown {
	const parsed = parseTextOrJson(value);
	return parsed.ok ? parsed.value : value;
}

/** Returns whether a value may be meant as a file. The variables of the app are only read if one may. */
function mayBeFile(parameters: ParameterReader, value: unknown): boolean {
	if (Array.isArray(value)) return value.some((entry) => mayBeFile(parameters, entry));
	if (isBinaryData(value) || isBinaryMap(value)) return true;
	if (typeof value !== 'string') return false;
	if (startsLikeJson(value)) return true;
	return splitFileList(parameters, value).some((entry) => isFileText(parameters, entry));
}
