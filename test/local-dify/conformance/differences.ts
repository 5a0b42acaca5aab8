import type { Version } from '../../fixtures/recordings';

/** Recordings that local-dify answers otherwise, or not at all, on purpose. */
export interface Difference {
	/** What their names begin with. */
	names: string[];
	/** All of them where absent. */
	versions?: Version[];
	reason: string;
}

export const DIFFERENCES: readonly Difference[] = [
	{
		names: ['a07_', 'c05_'],
		reason: 'A pause in the middle of an answer: a script has one gap for all of its tokens',
	},
	{
		names: ['b07_'],
		versions: ['1.12.1'],
		reason: "1.12.1 refuses an empty blocking answer over a fault of its own code's types",
	},
	{
		names: ['c23_', 'c37_'],
		reason: 'Moderation that answers before the workflow starts: a chatflow here always starts it',
	},
	{
		names: ['c25_', 'a24_'],
		reason: 'Output moderation replaces the answer again and again as it grows: a hazard does once',
	},
	{
		names: ['c13_', 'c14_', 'c15_', 'c16_', 'x05_', 'x06_'],
		reason: 'Retries, branches, loops and iterations: a chatflow here is start, model, answer',
	},
	{
		names: ['d02_', 'd03_', 'd04_', 'd11_', 'x07_'],
		reason:
			"An agent's steps all come before the answer; Dify's come with text of their own between",
	},
	{
		names: ['e36_', 'e37_', 'f06_', 'f07_', 'h05_health', 'h05_root'],
		reason: 'Endpoints of other kinds of app, and of none: the node calls none of them',
	},
	{
		names: ['e70_'],
		reason: 'A preflight is for browsers: neither the node nor the bench sends one',
	},
	{
		names: ['g07_'],
		reason: 'The multipart reader gives a part without a type text/plain, so it is not refused',
	},
	{ names: ['g11_', 'g12_'], reason: 'Their bodies are not recorded: upload.test.ts sends such' },
	{ names: ['g43_'], reason: 'A remote URL is not looked at: nothing here leaves the machine' },
	{
		names: ['g46_'],
		versions: ['1.14.2'],
		reason: "The recording's own fault: its file was uploaded with another app's key",
	},
	{ names: ['g51_', 'g52_'], reason: 'There is no preview of files' },
	{
		names: ['h01_'],
		reason: 'The apps here have settings of their own: parameters.test.ts compares the fields',
	},
	{
		names: ['h11_', 'h12_', 'h13_conversations_sort', 'h13_conversations_no_user'],
		reason: 'No titles are made up, and the list holds what was recorded before, in any order',
	},
	{
		names: ['h14_messages', 'h14_messages_limit2', 'h14_messages_first_id'],
		reason: 'Dify lists messages of one second in any order; here they come as they were sent',
	},
	{
		names: ['x02_', 'x03_', 'x04_'],
		reason: 'Every app here is published and has a model',
	},
	{
		names: ['x08_events', 'x08_form', 'x08_messages'],
		reason: 'A pause is not taken up again',
	},
];
