import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { DifyError } from '../../../protocol/errors/classify';
import type { Connection } from './connection';

/** As much of a partial answer as an error's description shows; all of it is in the error's context. */
const SHOWN_ANSWER_LENGTH = 1_000;

export interface FailureContext {
	itemIndex: number;
	/** What was being done, where it is not the message itself. */
	about?: string;
	/** The run's outcome and what had arrived of it, under the item's usual names. */
	partial?: IDataObject;
	/** Whether someone listened live: they have the partial answer, and read the description alone. */
	isHeard?: boolean;
}

/**
 * Throws a failure as n8n shows it. `context.data` holds what "Continue (on Fail)" makes an item of:
 * Dify's code, the status, and what had arrived.
 *
 * @throws {NodeApiError} always
 */
export function throwFailure(
	context: Pick<IExecuteFunctions, 'getNode'>,
	connection: Connection,
	failure: DifyError,
	{ itemIndex, about, partial = {}, isHeard = false }: FailureContext,
): never {
	const { code, status } = failure;
	const said = connection.redact(failure.message);
	const message = `${about === undefined ? said : `${about}: ${said}`} [item ${itemIndex}]`;
	const named = code === undefined ? '' : ` (Dify's code: ${code})`;
	const hint = `${failure.hint}${named}`;
	const description = isHeard
		? `${said}\n\n${connection.redact(hint)}`
		: connection.redact(`${hint}${shownAnswer(partial.answer)}`);
	const error = new NodeApiError(
		context.getNode(),
		{},
		{
			message,
			description,
			itemIndex,
			...(status !== undefined && { httpCode: String(status) }),
		},
	);
	// n8n puts its own words in place of a message that holds a code such as ECONNREFUSED.
	error.message = message;
	error.description = description;
	error.context.data = {
		...partial,
		...(code !== undefined && { code }),
		...(status !== undefined && { http_status: status }),
	};
	throw error;
}

/**
 * Refuses what was filled in, before anything is sent.
 *
 * @param message names the parameter; `description` says how to get on
 * @throws {NodeOperationError} always
 */
export function refuse(
	context: Pick<IExecuteFunctions, 'getNode'>,
	message: string,
	description: string,
	itemIndex: number,
): never {
	throw new NodeOperationError(context.getNode(), `${message} [item ${itemIndex}]`, {
		itemIndex,
		description,
	});
}

function shownAnswer(answer: unknown): string {
	if (typeof answer !== 'string' || answer === '') return '';
	const shown =
		answer.length > SHOWN_ANSWER_LENGTH ? `${answer.slice(0, SHOWN_ANSWER_LENGTH)}…` : answer;
	return `\n\nThe answer as far as it came: ${shown}`;
}
