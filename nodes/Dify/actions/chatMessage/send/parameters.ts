import type { IExecuteFunctions } from 'n8n-workflow';
import type { ResponseMode } from '../../../../../protocol/request';
import { refuse } from '../../../transport/errors';
import { readUser, toText } from '../../read';
import { readInputs } from '../readInputs';
import type { RunOptions } from '../run/settings';
import { RUN_OPTION_DEFAULTS } from '../run/settings';

/** One row of 'Files'. */
export interface FileParameter {
	source: 'binary' | 'url' | 'uploadId';
	type: 'auto' | 'image' | 'document' | 'audio' | 'video' | 'custom';
	binaryPropertyName?: string;
	url?: string;
	uploadFileId?: string;
}

/** The 'Options' collection; what is absent has its default. */
export interface SendOptions extends RunOptions {
	autoGenerateName: boolean;
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
	...RUN_OPTION_DEFAULTS,
	autoGenerateName: true,
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
		inputs: readInputs(context, itemIndex, "an object of the app's variables"),
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
