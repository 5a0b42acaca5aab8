import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { refuse } from '../../transport/errors';
import { readJson } from '../read';

/**
 * The values of 'Inputs', from the fields or from JSON.
 *
 * @param what the JSON must be, as a part of a sentence
 * @throws {NodeOperationError} for JSON that is no object
 */
export function readInputs(
	context: IExecuteFunctions,
	itemIndex: number,
	what: string,
): Record<string, unknown> {
	return context.getNodeParameter('inputsMode', itemIndex) === 'json'
		? readJsonInputs(context, itemIndex, what)
		: readFields(context.getNodeParameter('inputs.value', itemIndex, null));
}

/** The mapped fields: a field left alone is null there, and is left to its default. */
function readFields(value: unknown): Record<string, unknown> {
	if (typeof value !== 'object' || value === null) return {};
	const given = Object.entries(value as IDataObject).filter(([, field]) => field !== null);
	return Object.fromEntries(given);
}

function readJsonInputs(
	context: IExecuteFunctions,
	itemIndex: number,
	what: string,
): Record<string, unknown> {
	const value = context.getNodeParameter('inputsJson', itemIndex, '{}') as unknown;
	const advice = `Give ${what}, such as {"topic": "tides"}; {} for none.`;
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
