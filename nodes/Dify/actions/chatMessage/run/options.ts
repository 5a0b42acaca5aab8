import type { INodeProperties } from 'n8n-workflow';

/** What few need, in one collection. The defaults stand again in settings.ts, for what is not added. */
export const options = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Auto-Generate Name',
			name: 'autoGenerateName',
			type: 'boolean',
			default: true,
			description:
				'Whether Dify gives a new conversation a title. On Dify 1.12 and 1.13.0 this holds the first word of each new conversation back by a second.',
		},
		{
			displayName: 'Idle Timeout',
			name: 'idleTimeout',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 300,
			description: 'Seconds of silence after which to give up; 0 for no limit',
		},
		{
			displayName: 'Include Events',
			name: 'includeEvents',
			type: 'boolean',
			default: false,
			description: "Whether to add every event of Dify's stream to the item, as 'events'",
		},
		{
			displayName: 'Max Concurrency',
			name: 'maxConcurrency',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 1,
			description:
				'How many items to send at a time. An execution that streams sends them one after another.',
		},
		{
			displayName: 'Max Duration',
			name: 'maxDuration',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description: 'Seconds after which to stop the run and give up; 0 for no limit',
		},
		{
			displayName: 'Recover',
			name: 'recover',
			type: 'boolean',
			default: true,
			description:
				'Whether to read the answer of a broken stream back from Dify. The question is never asked twice.',
		},
		{
			displayName: 'Separate Reasoning',
			name: 'separateReasoning',
			type: 'boolean',
			default: false,
			description:
				"Whether to move what stands between think tags out of 'answer' into 'reasoning'",
		},
		{
			displayName: 'Stream to Response',
			name: 'streamToResponse',
			type: 'boolean',
			default: true,
			description:
				'Whether the answer goes out word by word where the workflow streams its response: a webhook that responds by streaming, or the chat',
		},
		{
			displayName: 'Trace ID',
			name: 'traceId',
			type: 'string',
			default: '',
			description:
				"Links the run to the trace of your own; at most 128 letters, digits, '-' and '_'",
		},
		{
			displayName: 'Workflow ID',
			name: 'workflowId',
			type: 'string',
			default: '',
			description: 'The published version of a chatflow to run; empty for the current one',
		},
	],
} satisfies INodeProperties;

const BEFORE_THE_RUN = ['autoGenerateName', 'traceId', 'workflowId'];

/** The same without what is settled when a run begins. */
export const optionsOfBegunRun: INodeProperties = {
	...options,
	options: options.options.filter(({ name }) => !BEFORE_THE_RUN.includes(name)),
};
