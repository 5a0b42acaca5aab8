import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { refuse } from '../transport/errors';

/** Expressions give numbers where a text is wanted; an absent value is an empty text. */
export function toText(value: unknown): string {
	return value === undefined || value === null ? '' : String(value);
}

/** Every id that stands in a path of Dify's; anything else there gets a web page for a 404. */
export const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** @throws {NodeOperationError} when 'User' is empty */
export function readUser(context: IExecuteFunctions, itemIndex: number): string {
	const user = toText(context.getNodeParameter('user', itemIndex));
	if (user !== '') return user;
	return refuse(
		context,
		"'User' is empty",
		'It names whose conversations and files are used: any text of your own.',
		itemIndex,
	);
}

/**
 * A text that Dify does not do without, from a text or a resource locator.
 *
 * @param name the parameter's, and `displayName` what the form calls it
 * @throws {NodeOperationError} when it is empty, or blank
 */
export function readText(
	context: IExecuteFunctions,
	itemIndex: number,
	name: string,
	displayName: string,
): string {
	const text = toText(context.getNodeParameter(name, itemIndex, '', { extractValue: true }));
	if (text.trim() !== '') return text;
	return refuse(
		context,
		`'${displayName}' is empty`,
		'Fill it, or check its expression.',
		itemIndex,
	);
}

/**
 * An id that Dify gave, from a text or a resource locator.
 *
 * @param source where such an id is had, as a part of a sentence
 * @throws {NodeOperationError} when it is empty, or none that Dify could have given
 */
export function readId(
	context: IExecuteFunctions,
	itemIndex: number,
	name: string,
	displayName: string,
	source: string,
): string {
	const value = context.getNodeParameter(name, itemIndex, '', { extractValue: true });
	const id = toText(value).trim();
	if (UUID.test(id)) return id;
	const isWhat = id === '' ? 'is empty' : 'is not an id that Dify could have given';
	return refuse(context, `'${displayName}' ${isWhat}`, `Give ${source}.`, itemIndex);
}

/** The conversation, where one must be. @throws {NodeOperationError} as {@link readId} does */
export function readConversationId(context: IExecuteFunctions, itemIndex: number): string {
	const source = 'the conversation_id of an earlier answer, or choose one from the list';
	return readId(context, itemIndex, 'conversationId', 'Conversation', source);
}

/** The message, where one must be. @throws {NodeOperationError} as {@link readId} does */
export function readMessageId(context: IExecuteFunctions, itemIndex: number): string {
	const source = 'the message_id of an earlier answer, or choose one from the list';
	return readId(context, itemIndex, 'messageId', 'Message', source);
}

/** How many rows of a list are wanted: 'Limit', or `Infinity` with 'Return All'. */
export function readWanted(context: IExecuteFunctions, itemIndex: number): number {
	if (context.getNodeParameter('returnAll', itemIndex) === true) return Number.POSITIVE_INFINITY;
	const limit = Number(context.getNodeParameter('limit', itemIndex));
	if (Number.isInteger(limit) && limit >= 1) return limit;
	return refuse(
		context,
		"'Limit' is not a whole number of 1 or more",
		"Give one, or switch 'Return All' on.",
		itemIndex,
	);
}

/** Some fields of a body; what an older Dify does not send is null, so that an expression on it is no surprise. */
export function pick(body: IDataObject, fields: readonly string[]): IDataObject {
	return Object.fromEntries(fields.map((field) => [field, body[field] ?? null]));
}

/**
 * The value of a JSON text; what an expression gave of another type is the value itself.
 *
 * @param advice what to do about a text that is no JSON
 * @throws {NodeOperationError} when it is none
 */
export function readJson(
	context: IExecuteFunctions,
	itemIndex: number,
	value: unknown,
	displayName: string,
	advice: string,
): unknown {
	if (typeof value !== 'string') return value;
	try {
		return JSON.parse(value);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		const message = `'${displayName}' is not valid JSON: ${reason}`;
		return refuse(context, message, advice, itemIndex);
	}
}
