import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { findField } from '../helpers/fields';
import type { ParameterReader } from '../helpers/parameters';
import { parseNumber } from '../helpers/values';

/** The options of a chat message. The table yields the fields of the form, their defaults and their types. */
const FIELDS = [
	{
		displayName: 'Auto-Generate Name',
		name: 'autoGenerateName',
		type: 'boolean',
		default: true,
		description:
			'Whether Dify generates a title for a new conversation. On Dify 1.12 and 1.13.0 this delays the first word of each new conversation by one second.',
	},
	{
		displayName: 'Idle Timeout',
		name: 'idleTimeout',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 300,
		description:
			'Number of seconds without data from Dify after which the node stops waiting. 0 means no limit.',
	},
	{
		displayName: 'Include Events',
		name: 'includeEvents',
		type: 'boolean',
		default: false,
		description: "Whether to add all events of Dify's stream to the item, in the field 'events'",
	},
	{
		displayName: 'Max Concurrency',
		name: 'maxConcurrency',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1_000, numberPrecision: 0 },
		default: 1,
		description:
			'Maximum number of items that are sent at the same time. An execution that streams its response sends one item at a time.',
	},
	{
		displayName: 'Max Duration',
		name: 'maxDuration',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'Number of seconds after which the node stops the run on Dify and fails. 0 means no limit.',
	},
	{
		displayName: 'Recover',
		name: 'recover',
		type: 'boolean',
		default: true,
		description:
			'Whether to fetch the rest of the answer from Dify if the stream breaks. The question is never sent twice.',
	},
	{
		displayName: 'Separate Reasoning',
		name: 'separateReasoning',
		type: 'boolean',
		default: false,
		description:
			"Whether to move the text between think tags from the field 'answer' to the field 'reasoning'",
	},
	{
		displayName: 'Stream to Response',
		name: 'streamToResponse',
		type: 'boolean',
		default: true,
		description:
			'Whether to stream the answer word by word if the workflow was started by a streaming webhook or a streaming chat',
	},
	{
		displayName: 'Trace ID',
		name: 'traceId',
		type: 'string',
		default: '',
		description:
			"ID that links the run to a trace of your own system. At most 128 letters, digits, '-' and '_'.",
	},
	{
		displayName: 'Workflow ID',
		name: 'workflowId',
		type: 'string',
		default: '',
		description:
			'ID of the published version of the chatflow to run. If empty, Dify runs the current version.',
	},
] as const satisfies readonly INodeProperties[];

/** Options that only apply when a run starts. */
const START_OPTIONS: readonly string[] = ['autoGenerateName', 'traceId', 'workflowId'];

type Field = (typeof FIELDS)[number];
type Widened<Value> = Value extends boolean ? boolean : Value extends number ? number : string;

/**
 * The options of 'Send Chat Message', with their defaults applied.
 * `idleTimeout` and `maxDuration` are in seconds.
 */
export type SendOptions = {
	[Name in Field['name']]: Widened<Extract<Field, { name: Name }>['default']>;
};

/** The options of any run, also of one that is resumed. */
export type RunOptions = Omit<SendOptions, 'autoGenerateName' | 'traceId' | 'workflowId'>;

/** The 'Options' collection of 'Send Chat Message'. */
export const sendOptions: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [...FIELDS],
};

/** The 'Options' collection of operations that resume a run. */
export const resumeOptions: INodeProperties = {
	...sendOptions,
	options: FIELDS.filter(({ name }) => !START_OPTIONS.includes(name)),
};

/**
 * Reads the 'Options' collection. An option that was not added, or that an expression leaves empty, has
 * its default.
 *
 * @throws {NodeOperationError} if an option is invalid
 */
export function readOptions(parameters: ParameterReader): SendOptions {
	const defaults = Object.fromEntries(FIELDS.map((field) => [field.name, field.default]));
	return { ...defaults, ...parameters.readCollection('options') } as SendOptions;
}

/**
 * Returns how many items to process at a time. An invalid value counts as 1:
 * {@link readOptions} rejects it for each item.
 */
export function readMaxConcurrency(context: IExecuteFunctions): number {
	const fallback = 1;
	try {
		const value: unknown = context.getNodeParameter('options.maxConcurrency', 0, fallback);
		const parsed = parseNumber(value, findField(FIELDS, 'maxConcurrency'));
		return parsed.ok ? parsed.value : fallback;
	} catch {
		// The expression failed. Its error is reported for the items.
		return fallback;
	}
}
