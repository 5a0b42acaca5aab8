import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { DifyError } from '../../../protocol/errors/classify';
import { limitText, toText } from '../../../protocol/text';

/** Characters of a partial answer that an error's description shows. The error's context has all of it. */
const MAX_SHOWN_ANSWER_LENGTH = 1_000;

/** The input item that an error belongs to. */
interface ItemContext {
	context: Pick<IExecuteFunctions, 'getNode'>;
	itemIndex: number;
}

/** The client whose request failed. */
interface ApiErrorOrigin extends ItemContext {
	/** Removes the API key from a text. */
	redact(text: string): string;
	/** Removes the API key from all texts of a JSON value. */
	redactAll<Value>(value: Value): Value;
}

interface ApiErrorDetails {
	/** What the node was doing. It is put before the message. */
	about?: string;
	/** The status and the fields of the run that arrived before the error, under the names that the item uses. */
	partial?: IDataObject;
	/** Whether a client received the answer as a stream. The description then leaves out the partial answer. */
	hasListener?: boolean;
}

/** Returns the index of the item for the end of a message; empty if the node has a single item. */
export function itemSuffix(context: object, itemIndex: number): string {
	// The editor calls the methods of the form without input data.
	if (!('getInputData' in context)) return '';
	const { length } = (context as Pick<IExecuteFunctions, 'getInputData'>).getInputData();
	return length > 1 ? ` [item ${itemIndex}]` : '';
}

/**
 * Throws an error of Dify as n8n shows it. "Continue (on Fail)" makes an item of `context.data`: Dify's
 * code, the HTTP status and the partial result.
 *
 * @throws {NodeApiError} always
 */
export function throwApiError(
	origin: ApiErrorOrigin,
	error: DifyError,
	{ about, partial = {}, hasListener = false }: ApiErrorDetails = {},
): never {
	const { status } = error;
	const { context, itemIndex } = origin;
	const code = error.code === undefined ? undefined : origin.redact(error.code);
	const difyMessage = origin.redact(error.message);
	const subject = about === undefined ? difyMessage : `${origin.redact(about)}: ${difyMessage}`;
	const message = `${subject}${itemSuffix(context, itemIndex)}`;
	const hint = code === undefined ? error.hint : `${error.hint} (Dify error code: ${code})`;
	const partialAnswer = hasListener ? '' : describePartialAnswer(partial.answer);
	const description = origin.redact(`${hint}${partialAnswer}`);
	const apiError = new NodeApiError(
		context.getNode(),
		{},
		{
			message,
			description,
			itemIndex,
			...(status !== undefined && { httpCode: String(status) }),
		},
	);
	// The constructor replaces a message that contains a code such as ECONNREFUSED.
	apiError.message = message;
	apiError.description = description;
	apiError.context.data = {
		...origin.redactAll(partial),
		...(code !== undefined && { code }),
		...(status !== undefined && { http_status: status }),
	};
	throw apiError;
}

/**
 * Rejects the value of a parameter before a request is sent.
 *
 * @param message names the parameter and what is wrong with it
 * @param description says what to do
 * @throws {NodeOperationError} always
 */
export function throwInvalidParameter(
	{ context, itemIndex }: ItemContext,
	message: string,
	description: string,
): never {
	throw new NodeOperationError(context.getNode(), `${message}${itemSuffix(context, itemIndex)}`, {
		itemIndex,
		description,
	});
}

function describePartialAnswer(answer: unknown): string {
	const shown = limitText(toText(answer), MAX_SHOWN_ANSWER_LENGTH);
	return shown === '' ? '' : `\n\nPartial answer: ${shown}`;
}
