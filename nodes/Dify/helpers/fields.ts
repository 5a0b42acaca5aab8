import type { INodeProperties } from 'n8n-workflow';
import type { Parsed } from './values';
import { isMissing, parseBoolean, parseNumber, parseOption } from './values';

const CHECK_EXPRESSION = 'Check the expression of the parameter.';

/** A field of the form whose value is read. */
export interface Field {
	/** The name that users see. */
	displayName: string;
	/** The value of the form before a user enters one. */
	default: unknown;
	/** The values of an option list. */
	options: string[];
	minimum: number;
	maximum?: number;
	isInteger: boolean;
}

/** Returns the field with this name. */
export function findField(properties: readonly INodeProperties[], name: string): Field {
	const property = properties.find((candidate) => candidate.name === name);
	const { minValue = 0, maxValue, numberPrecision } = property?.typeOptions ?? {};
	return {
		displayName: property?.displayName ?? name,
		default: property?.default,
		options: (property?.options ?? []).flatMap((option) =>
			'value' in option ? [String(option.value)] : [],
		),
		minimum: minValue,
		maximum: maxValue,
		isInteger: numberPrecision === 0,
	};
}

/** Reads values of fields: the parameters of an operation, a collection, or a row of a list. */
export abstract class FieldReader {
	constructor(protected readonly properties: readonly INodeProperties[]) {}

	/** Returns the value as the form or an expression gives it. */
	abstract read(name: string): unknown;

	/** @throws {NodeOperationError} always */
	abstract throwInvalid(message: string, description: string): never;

	/** Returns the field's name for a message. */
	label(name: string): string {
		return `'${findField(this.properties, name).displayName}'`;
	}

	/** Returns the value, or the field's default if there is none. */
	readOrDefault(name: string): unknown {
		const value = this.read(name);
		return isMissing(value) ? findField(this.properties, name).default : value;
	}

	/** @throws {NodeOperationError} if the value is neither true nor false, also as text */
	readBoolean(name: string): boolean {
		return this.accept(name, parseBoolean(this.readOrDefault(name)));
	}

	/** @throws {NodeOperationError} if the value is not a number, or below the field's minimum */
	readNumber(name: string): number {
		const field = findField(this.properties, name);
		return this.accept(name, parseNumber(this.readOrDefault(name), field));
	}

	/** @throws {NodeOperationError} if the value is none of the field's options */
	readOption(name: string): string {
		const { options } = findField(this.properties, name);
		return this.accept(name, parseOption(this.readOrDefault(name), options));
	}

	/**
	 * Returns the value, or rejects it by the field's name.
	 *
	 * @throws {NodeOperationError} if the value is invalid
	 */
	accept<Value>(name: string, parsed: Parsed<Value>, advice = CHECK_EXPRESSION): Value {
		return parsed.ok
			? parsed.value
			: this.throwInvalid(`${this.label(name)} ${parsed.problem}`, advice);
	}
}

/** Reads the values of a collection, or of a row of a list. */
export class FieldGroup extends FieldReader {
	constructor(
		private readonly owner: FieldReader,
		properties: readonly INodeProperties[],
		private readonly values: Readonly<Record<string, unknown>>,
		/** Identifies the group in messages if there are several, such as ` of file 2`. */
		private readonly suffix = '',
	) {
		super(properties);
	}

	read(name: string): unknown {
		return Object.hasOwn(this.values, name) ? this.values[name] : undefined;
	}

	override label(name: string): string {
		return `${super.label(name)}${this.suffix}`;
	}

	throwInvalid(message: string, description: string): never {
		return this.owner.throwInvalid(message, description);
	}
}
