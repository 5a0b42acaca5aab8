import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyCollection,
} from 'n8n-workflow';
import { isRecord, stringify } from '../../../protocol/text';
import { throwInvalidParameter } from '../transport/errors';
import { FieldGroup, FieldReader } from './fields';
import {
	isMissing,
	parseIdentifier,
	parsePositiveInteger,
	parseText,
	quote,
	typeName,
} from './values';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Returns whether a text has the form of Dify's ids. Dify answers a path with any other id with a web page. */
export function isUuid(text: string): boolean {
	return UUID.test(text);
}

/**
 * Returns some fields of an object. A field that an older Dify does not send is null,
 * so that expressions work.
 */
export function pick(body: IDataObject, fields: readonly string[]): IDataObject {
	return Object.fromEntries(fields.map((field) => [field, body[field] ?? null]));
}

/** An id parameter. */
interface IdParameter {
	name: string;
	/** Where users find such an id, as the object of "Use …". */
	source: string;
}

/** A JSON value that a parameter contains. */
interface JsonParameter {
	name: string;
	value: unknown;
	/** What to do if the text is not valid JSON. */
	advice: string;
}

/**
 * Reads and checks the parameters of an operation for one input item. Each kind of value has one method,
 * which rejects a value of the wrong type by the name of the parameter.
 */
export class ParameterReader extends FieldReader {
	/** @param properties the parameters of the operation, for their names, defaults and options */
	constructor(
		readonly context: IExecuteFunctions,
		readonly itemIndex: number,
		properties: readonly INodeProperties[],
	) {
		super(properties);
	}

	/** Returns the value of a parameter as the form or an expression gives it; `null` if there is none. */
	read(name: string): unknown {
		return this.context.getNodeParameter(name, this.itemIndex, null);
	}

	/** Returns the value of a parameter before its expressions are evaluated. */
	readRaw(name: string): unknown {
		const { context, itemIndex } = this;
		return context.getNodeParameter(name, itemIndex, null, { rawExpressions: true });
	}

	/** Returns a text that people read; empty if there is none. */
	readOptionalText(name: string): string {
		return this.accept(name, parseText(this.read(name)));
	}

	/** @throws {NodeOperationError} if the text is empty or blank */
	readText(name: string): string {
		return this.requireText(name, this.readOptionalText(name));
	}

	/** Returns a text that identifies something, also from a resource locator; empty if there is none. */
	readOptionalIdentifier(name: string): string {
		const { context, itemIndex } = this;
		const value: unknown = context.getNodeParameter(name, itemIndex, null, { extractValue: true });
		return this.accept(name, parseIdentifier(value));
	}

	/** @throws {NodeOperationError} if the text is empty or blank */
	readIdentifier(name: string): string {
		return this.requireText(name, this.readOptionalIdentifier(name).trim());
	}

	/** @throws {NodeOperationError} if the id is empty or not a UUID */
	readId({ name, source }: IdParameter): string {
		const id = this.readOptionalIdentifier(name).trim();
		if (isUuid(id)) return id;
		const problem = id === '' ? 'is empty' : 'is not a valid ID (UUID)';
		return this.throwInvalid(`${this.label(name)} ${problem}`, `Use ${source}.`);
	}

	/** @throws {NodeOperationError} as {@link readId} does */
	readConversationId(): string {
		return this.readId({
			name: 'conversationId',
			source: 'the conversation_id of an earlier answer, or choose one from the list',
		});
	}

	/** @throws {NodeOperationError} as {@link readId} does */
	readMessageId(): string {
		return this.readId({
			name: 'messageId',
			source: 'the message_id of an earlier answer, or choose one from the list',
		});
	}

	/** @throws {NodeOperationError} if 'User' is empty, or not a text */
	readUser(): string {
		const advice = 'Enter an ID of the end user. It can be any text.';
		const user = this.accept('user', parseIdentifier(this.read('user')), advice);
		return user === '' ? this.throwInvalid("'User' is empty", advice) : user;
	}

	/** Returns the maximum number of rows: 'Limit', or `Infinity` if 'Return All' is on. */
	readLimit(): number {
		if (this.readBoolean('returnAll')) return Number.POSITIVE_INFINITY;
		const advice = "Enter such a number, or turn on 'Return All'.";
		return this.accept('limit', parsePositiveInteger(this.readOrDefault('limit')), advice);
	}

	/**
	 * Returns the name of an output binary field.
	 *
	 * @throws {NodeOperationError} if it is empty, or a name that objects reserve
	 */
	readOutputField(name: string): string {
		const field = this.readIdentifier(name);
		if (!RESERVED_NAMES.includes(field)) return field;
		return this.throwInvalid(`${this.label(name)} cannot be '${field}'`, 'Enter another name.');
	}

	/**
	 * Returns the values that a collection contains.
	 *
	 * @throws {NodeOperationError} if a value is invalid
	 */
	readCollection(name: string): Record<string, boolean | number | string> {
		const fields = this.findNested(name);
		const value = this.read(name);
		if (isMissing(value)) return {};
		if (!isRecord(value)) return this.rejectType(name, value, 'an object');
		const group = new FieldGroup(this, fields, value);
		const present = fields.filter((field) => !isMissing(group.read(field.name)));
		return Object.fromEntries(present.map((field) => [field.name, readByType(group, field)]));
	}

	/**
	 * Returns the rows of a list.
	 *
	 * @throws {NodeOperationError} if the parameter does not contain a list of objects
	 */
	readRows(name: string): FieldGroup[] {
		const value = this.read(name);
		if (isMissing(value)) return [];
		const [row] = this.findNested(name) as unknown as INodePropertyCollection[];
		if (row === undefined || !isRecord(value)) return this.rejectType(name, value, 'an object');
		const rows = Object.hasOwn(value, row.name) ? value[row.name] : undefined;
		if (isMissing(rows)) return [];
		const suffix = (index: number): string => ` of ${row.name} ${index + 1}`;
		return (Array.isArray(rows) ? rows : [rows]).map((values, index) =>
			isRecord(values)
				? new FieldGroup(this, row.values, values, suffix(index))
				: this.rejectType(name, rows, 'a list of objects'),
		);
	}

	/**
	 * Returns the value of a JSON text. A value that is not a text, such as the object that an expression
	 * returned, is returned unchanged.
	 *
	 * @throws {NodeOperationError} if the text is not valid JSON, or the value cannot be written as JSON
	 */
	parseJson({ name, value, advice }: JsonParameter): unknown {
		if (typeof value !== 'string') {
			const isNonFinite = typeof value === 'number' && !Number.isFinite(value);
			if (!isNonFinite && stringify(value) !== undefined) return value;
			const problem = `${this.label(name)} is ${typeName(value)}, which JSON does not have`;
			return this.throwInvalid(problem, advice);
		}
		try {
			return JSON.parse(value);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			return this.throwInvalid(`${this.label(name)} is not valid JSON: ${reason}`, advice);
		}
	}

	/** Returns whether 'Inputs' are entered in the fields of the form, and not as JSON. */
	hasInputFields(): boolean {
		return this.readOption('inputsMode') === 'fields';
	}

	/**
	 * Returns the values of 'Inputs', from the fields or from JSON.
	 *
	 * @param expected what the JSON must be, as the object of "Enter …"
	 * @throws {NodeOperationError} if the values are not an object
	 */
	readInputs(expected: string): Record<string, unknown> {
		return this.hasInputFields() ? this.readMappedInputs() : this.readInputsJson(expected);
	}

	/** @throws {NodeOperationError} always */
	throwInvalid(message: string, description: string): never {
		return throwInvalidParameter(this, message, description);
	}

	/**
	 * Returns the mapped fields that have a value.
	 * n8n sets a field without a value to null; Dify then uses its default.
	 */
	private readMappedInputs(): Record<string, unknown> {
		const raw = this.readRaw('inputs');
		const { value: mapped, schema } = isRecord(raw) ? raw : {};
		// n8n's own check of the fields fails with a TypeError if there are no values.
		if (isMissing(mapped)) return {};
		const fields = this.read('inputs.value');
		if (!isRecord(fields)) return this.rejectType('inputs', fields, 'an object');
		const textFields = new Set(
			(Array.isArray(schema) ? schema : []).flatMap((field: unknown) =>
				isRecord(field) && field.type === 'string' ? [field.id] : [],
			),
		);
		return Object.fromEntries(
			Object.entries(fields).flatMap(([name, value]) => {
				if (value === undefined || value === null) return [];
				const text = textFields.has(name) && isScalar(value) ? String(value) : value;
				return [[name, this.checkInput(name, text)]];
			}),
		);
	}

	private readInputsJson(expected: string): Record<string, unknown> {
		const name = 'inputsJson';
		const value = this.read(name);
		if (isMissing(value) || (typeof value === 'string' && value.trim() === '')) return {};
		const advice = `Enter ${expected}, such as {"topic": "tides"}, or {} for no values.`;
		const inputs = this.parseJson({ name, value, advice });
		if (!isRecord(inputs)) {
			const problem = `is ${typeName(inputs)}, not an object`;
			return this.throwInvalid(`${this.label(name)} ${problem}`, advice);
		}
		for (const [key, input] of Object.entries(inputs)) this.checkInput(key, input);
		return inputs;
	}

	/** Rejects a number that JSON does not have. It would be sent as null, and Dify would use its default. */
	private checkInput(name: string, value: unknown): unknown {
		if (typeof value !== 'number' || Number.isFinite(value)) return value;
		return this.throwInvalid(
			`'Inputs': ${quote(name)} is ${value}`,
			'Check the expression of the field. The value must be a finite number.',
		);
	}

	private requireText(name: string, text: string): string {
		if (text.trim() !== '') return text;
		return this.throwInvalid(
			`${this.label(name)} is empty`,
			'Enter a value, or check the expression of the parameter.',
		);
	}

	private rejectType(name: string, value: unknown, expected: string): never {
		return this.throwInvalid(
			`${this.label(name)} must be ${expected}, not ${typeName(value)}`,
			'Check the expression of the parameter.',
		);
	}

	/** Returns the fields of a collection, or the lists of a fixed collection. */
	private findNested(name: string): INodeProperties[] {
		const property = this.properties.find((candidate) => candidate.name === name);
		return (property?.options ?? []) as INodeProperties[];
	}
}

/** Names that every object has. n8n and JavaScript do not store a field of this name reliably. */
const RESERVED_NAMES: readonly string[] = ['__proto__', 'constructor', 'prototype'];

function readByType(group: FieldGroup, { name, type }: INodeProperties): boolean | number | string {
	if (type === 'boolean') return group.readBoolean(name);
	if (type === 'number') return group.readNumber(name);
	if (type === 'options') return group.readOption(name);
	return group.accept(name, parseIdentifier(group.read(name)));
}

function isScalar(value: unknown): boolean {
	return typeof value === 'boolean' || Number.isFinite(value);
}
