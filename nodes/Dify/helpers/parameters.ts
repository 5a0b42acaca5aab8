import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { throwInvalidParameter } from '../transport/errors';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Returns whether a text has the form of Dify's ids. Dify answers a path with any other id with a web page. */
export function isUuid(text: string): boolean {
	return UUID.test(text);
}

/** Converts to text, as an expression can return a number. A missing value becomes an empty text. */
export function toText(value: unknown): string {
	return value === undefined || value === null ? '' : String(value);
}

/** Returns some fields of an object. A field that an older Dify does not send is null, so that expressions work. */
export function pick(body: IDataObject, fields: readonly string[]): IDataObject {
	return Object.fromEntries(fields.map((field) => [field, body[field] ?? null]));
}

/** An id parameter. */
export interface IdParameter {
	name: string;
	displayName: string;
	/** Where users find such an id, as the object of "Use …". */
	source: string;
}

/** A JSON value that a parameter contains. */
export interface JsonParameter {
	value: unknown;
	displayName: string;
	/** What to do if the text is not valid JSON. */
	advice: string;
}

/** Reads and checks the parameters of the node for one input item. */
export class ParameterReader {
	constructor(
		readonly context: IExecuteFunctions,
		readonly itemIndex: number,
	) {}

	/** Returns the value of a parameter as the form or an expression gives it. */
	read(name: string, fallback?: unknown): unknown {
		return this.context.getNodeParameter(name, this.itemIndex, fallback);
	}

	/** Returns the text of a text field or a resource locator; empty if there is none. */
	readOptionalText(name: string): string {
		const { context, itemIndex } = this;
		return toText(context.getNodeParameter(name, itemIndex, '', { extractValue: true }));
	}

	/** @throws {NodeOperationError} if the text is empty or blank */
	readText(name: string, displayName: string): string {
		const text = this.readOptionalText(name);
		if (text.trim() !== '') return text;
		return this.throwInvalid(
			`'${displayName}' is empty`,
			'Enter a value, or check the expression of the parameter.',
		);
	}

	/** @throws {NodeOperationError} if the id is empty or not a UUID */
	readId({ name, displayName, source }: IdParameter): string {
		const id = this.readOptionalText(name).trim();
		if (isUuid(id)) return id;
		const problem = id === '' ? 'is empty' : 'is not a valid ID (UUID)';
		return this.throwInvalid(`'${displayName}' ${problem}`, `Use ${source}.`);
	}

	/** @throws {NodeOperationError} as {@link readId} does */
	readConversationId(): string {
		return this.readId({
			name: 'conversationId',
			displayName: 'Conversation',
			source: 'the conversation_id of an earlier answer, or choose one from the list',
		});
	}

	/** @throws {NodeOperationError} as {@link readId} does */
	readMessageId(): string {
		return this.readId({
			name: 'messageId',
			displayName: 'Message',
			source: 'the message_id of an earlier answer, or choose one from the list',
		});
	}

	/** @throws {NodeOperationError} if 'User' is empty */
	readUser(): string {
		const user = toText(this.read('user'));
		if (user !== '') return user;
		return this.throwInvalid("'User' is empty", 'Enter an ID of the end user. It can be any text.');
	}

	/** Returns the maximum number of rows: 'Limit', or `Infinity` if 'Return All' is on. */
	readLimit(): number {
		if (this.isEnabled('returnAll')) return Number.POSITIVE_INFINITY;
		const limit = Number(this.read('limit'));
		if (Number.isInteger(limit) && limit >= 1) return limit;
		return this.throwInvalid(
			"'Limit' must be an integer of at least 1",
			"Enter such a number, or turn on 'Return All'.",
		);
	}

	isEnabled(name: string): boolean {
		return this.read(name) === true;
	}

	/**
	 * Returns the value of a JSON text. A value that is not a text, such as the object that an expression
	 * returned, is returned unchanged.
	 *
	 * @throws {NodeOperationError} if the text is not valid JSON
	 */
	parseJson({ value, displayName, advice }: JsonParameter): unknown {
		if (typeof value !== 'string') return value;
		try {
			return JSON.parse(value);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			return this.throwInvalid(`'${displayName}' is not valid JSON: ${reason}`, advice);
		}
	}

	/**
	 * Returns the values of 'Inputs', from the fields or from JSON.
	 *
	 * @param expected what the JSON must be, as the object of "Enter …"
	 * @throws {NodeOperationError} if the JSON is not an object
	 */
	readInputs(expected: string): Record<string, unknown> {
		return this.read('inputsMode') === 'json'
			? this.readInputsJson(expected)
			: withoutNull(this.read('inputs.value', null));
	}

	/** @throws {NodeOperationError} always */
	throwInvalid(message: string, description: string): never {
		return throwInvalidParameter(this, message, description);
	}

	private readInputsJson(expected: string): Record<string, unknown> {
		// An expression can return nothing. Like an empty text, it means that there are no values.
		const value = this.read('inputsJson', '{}') ?? '';
		if (typeof value === 'string' && value.trim() === '') return {};
		const displayName = 'Inputs (JSON)';
		const advice = `Enter ${expected}, such as {"topic": "tides"}, or {} for no values.`;
		const inputs = this.parseJson({ value, displayName, advice });
		if (typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs)) {
			return inputs as Record<string, unknown>;
		}
		return this.throwInvalid(`'${displayName}' is ${typeName(inputs)}, not an object`, advice);
	}
}

/** Returns the mapped fields that have a value. n8n sets a field without a value to null; Dify then uses its default. */
function withoutNull(fields: unknown): Record<string, unknown> {
	if (typeof fields !== 'object' || fields === null) return {};
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function typeName(value: unknown): string {
	if (Array.isArray(value)) return 'an array';
	return value === null ? 'null' : `a ${typeof value}`;
}
