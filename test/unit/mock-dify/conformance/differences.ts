import type { Version } from '../../../fixtures/recordings';

/** Recordings that mock-dify answers otherwise, on purpose. */
export interface Difference {
	names: RegExp;
	/** All of them where absent. */
	versions?: Version[];
	reason: string;
}

export const DIFFERENCES: readonly Difference[] = [
	{
		names: /^(?:a07|c05)_/,
		reason: 'A pause in the middle of an answer: a script has one gap for all of its tokens',
	},
	{
		names: /^(?:a24|c25)_/,
		reason: 'Output moderation: as a hazard, not as something that reads the answer',
	},
	{
		names: /^b07_/,
		versions: ['1.12.1'],
		reason: "1.12.1 refuses an empty blocking answer over a fault of its own code's types",
	},
	{
		names: /^c23_/,
		reason: 'Moderation that answers before the workflow starts: a chatflow here always starts it',
	},
	{
		names: /^c14_/,
		versions: ['1.13.2'],
		reason: 'Retries that took so long that a ping came after the answer',
	},
	{
		names: /^x0[56]_/,
		reason: 'Loops and iterations: a chatflow here is a start, a model and an answer',
	},
	{
		names: /^d(?:02|03|11)_/,
		reason:
			"An agent's steps all come before the answer; Dify's have text of their own between them",
	},
	{
		names: /^(?:e36|e37|f06|f07)_/,
		reason: 'Endpoints of other kinds of app: the node calls none of them',
	},
	{ names: /^e70_/, reason: 'A preflight is for browsers: neither node nor bench sends one' },
	{
		names: /^g07_/,
		reason: 'The multipart reader calls a part without a type text/plain, so it is not refused',
	},
	{ names: /^g1[12]_/, reason: 'Their bodies are not recorded: upload.test.ts sends such' },
	{
		names: /^g37_/,
		versions: ['1.12.1', '1.13.2'],
		reason: "A transfer method there is not is refused in 1.14's words",
	},
	{ names: /^g43_/, reason: 'A remote URL is not looked at: nothing here leaves the machine' },
	{
		names: /^g46_/,
		versions: ['1.14.2'],
		reason: "The recording's own fault: its file was uploaded with another app's key",
	},
	{
		names: /^h01_parameters_(?:agent-fc|.*-(?:mod|plain|vars)|completion|workflow)$/,
		reason: 'Apps here have openings, questions and file types of their own',
	},
	{
		names: /^h1[12]_|^h13_conversations_sort$/,
		reason: 'No titles are made up, and the list holds what the recordings before left in it',
	},
	{
		names: /^h14_messages(?:_limit2)?$/,
		versions: ['1.13.2', '1.14.2'],
		reason: 'Dify lists messages of one second in any order; here they come as they were sent',
	},
	{
		names: /^x0[23]_|^x04_(?:flow|parameters)_/,
		reason: 'Every app here is published and has a model',
	},
	{
		names: /^x08_flow_human_input_block$/,
		versions: ['1.13.2'],
		reason: '1.13 fails at a pause in blocking mode; here it is answered as in 1.14',
	},
	{
		names: /^x08_messages_/,
		reason: 'A message that waits for a person has no content of its own',
	},
];
