import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { ResponseMode } from '../../../../../protocol/request';
import { refuse } from '../../../transport/errors';
import { readJson, readUser, toText } from '../../read';

/** One row of 'Files'. */
export interface FileParameter {
	source: 'binary' | 'url' | 'uploadId';
	type: 'auto' | 'image' | 'document' | 'audio' | 'video' | 'custom';
	binaryPropertyName?: string;
	url?: string;
	uploadFileId?: string;
}

/** The 'Options' collection; what is absent has its default. */
export interface SendOptions {
	autoGenerateName: boolean;
	/** Seconds; 0 for none. */
	idleTimeout: number;
	includeEvents: boolean;
	/** Seconds; 0 for none. */
	maxDuration: number;
	recover: boolean;
	separateReasoning: boolean;
	streamToResponse: boolean;
	traceId: string;
	workflowId: string;
}

/** What the node's form says for one item. */
export interface SendParameters {
	query: string;
	user: string;
	responseMode: ResponseMode;
	inputs: Record<string, unknown>;
	conversationId: string;
	files: FileParameter[];
	simplify: boolean;
	options: SendOptions;
}

const OPTION_DEFAULTS: SendOptions = {
	autoGenerateName: true,
	idleTimeout: 300,
	includeEvents: false,
	maxDuration: 0,
	recover: true,
	separateReasoning: false,
	streamToResponse: true,
	traceId: '',
	workflowId: '',
};

/**
 * Reads the form for one item.
 *
 * @throws {NodeOperationError} naming the parameter, for what Dify would certainly refuse
 */
export function readParameters(context: IExecuteFunctions, itemIndex: number): SendParameters {
	const read = (name: string, fallback?: unknown): unknown =>
		context.getNodeParameter(name, itemIndex, fallback);
	const query = toText(read('query'));
	if (query === '') {
		refuse(
			context,
			"'Query' is empty",
			'Dify takes no message without a text. Fill it, or check its expression.',
			itemIndex,
		);
	}
	const user = readUser(context, itemIndex);
	const options = { ...OPTION_DEFAULTS, ...(read('options', {}) as Partial<SendOptions>) };
	const conversation = context.getNodeParameter('conversationId', itemIndex, '', {
		extractValue: true,
	});
	return {
		query,
		user,
		responseMode: read('responseMode') as ResponseMode,
		inputs:
			read('inputsMode') === 'json'
				? readJsonInputs(context, itemIndex, read('inputsJson', '{}'))
				: readFields(read('inputs.value', null)),
		conversationId: toText(conversation).trim(),
		files: read('files.file', []) as FileParameter[],
		simplify: read('simplify') as boolean,
		options: {
			...options,
			traceId: toText(options.traceId),
			workflowId: toText(options.workflowId).trim(),
		},
	};
}

/** The mapped fields: a field left alone is null there, and is left to the app's default. */
function readFields(value: unknown): Record<string, unknown> {
	if (typeof value !== 'object' || value === null) return {};
	const given = Object.entries(value as IDataObject).filter(([, field]) => field !== null);
	return Object.fromEntries(given);
}

function readJsonInputs(
	context: IExecuteFunctions,
	itemIndex: number,
	value: unknown,
): Record<string, unknown> {
	const advice = 'Give an object of the app\'s variables, such as {"topic": "tides"}; {} for none.';
	if (typeof value === 'string' && value.trim() === '') return {};
	const inputs = readJson(context, itemIndex, value, 'Inputs (JSON)', advice);
	if (typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs)) {
		return inputs as Record<string, unknown>;
	}
	const found = Array.isArray(inputs)
		? 'an array'
		: inputs === null
			? 'null'
			: `a ${typeof inputs}`;
	return refuse(context, `'Inputs (JSON)' is ${found}, not an object`, advice, itemIndex);
}
