import type { ErrorRule } from './errorRule';
import { hasCode, says } from './match';

/** What Dify says of conversations, messages and what a message asks. */
export const CHAT_RULES: readonly ErrorRule[] = [
	{
		kind: 'conversation_not_found',
		when: says(/^Conversation Not Exists/),
		hint: "The conversation was deleted, or belongs to another 'User' or another app. Leave 'Conversation' empty to begin a new one with a message.",
	},
	{
		kind: 'message_not_found',
		when: says(/^Message Not Exists/),
		hint: "The message was deleted, or belongs to another 'User' or another app.",
	},
	{
		kind: 'list_changed',
		when: says(/^(?:First Message|Last Conversation) Not Exists/),
		hint: 'It was deleted while the list was read: run the node again.',
	},
	{
		kind: 'variable_not_found',
		when: says(/^Conversation Variable Not Exists/),
		hint: "'Conversation > Get Variables' gives the variables of the conversation with their ids. A chatflow that was given new variables has them in new conversations.",
	},
	{
		kind: 'variable_type',
		when: says(/^Type mismatch: variable/),
		hint: "Give a value of the variable's own type: with 'Value Type' set to 'Text' a text, with 'JSON' a number, true or false, an object or a list.",
	},
	{
		kind: 'suggestions_disabled',
		when: says(/^Suggested Questions Is Disabled/),
		hint: "Switch 'Follow-up' on among the app's features in Dify, and publish the app.",
	},
	{
		kind: 'feedback_missing',
		when: says(/^rating cannot be None when feedback not exists/),
		message: () => "There is no feedback of this 'User' on the message that could be taken back",
		hint: "Choose another 'Rating', or give feedback first.",
	},
	{
		kind: 'conversation_id_invalid',
		when: says(/conversation_id[\s\S]*must be a valid UUID/),
		message: () => "'Conversation' is not an id that Dify could have given",
		hint: 'Pass on the conversation_id of an earlier answer, or leave it empty to begin a new one.',
	},
	{
		kind: 'form_not_found',
		when: says(/^Form not found/),
		hint: "'Form Token' is the form_token of a paused item's human_input, and the key that of the app whose chatflow paused.",
	},
	{
		kind: 'form_submitted',
		when: hasCode('human_input_form_submitted'),
		hint: 'A form is filled in once: its run went on with what was sent first.',
	},
	{
		kind: 'form_expired',
		when: hasCode('human_input_form_expired'),
		hint: 'A form can be filled in up to its expiration_time: send the message again for a new one.',
	},
	{
		kind: 'form_invalid',
		when: hasCode('invalid_form_data'),
		hint: "'Action' is the id of one of the form's actions, and 'Inputs' has a value for each of its inputs: both stand in the paused item's human_input.",
	},
	{
		kind: 'run_not_found',
		when: says(/^Workflow run not found/),
		hint: "'Workflow Run ID' is the workflow_run_id of the paused item, and 'User' the one whose message began the run.",
	},
	{
		kind: 'conversation_completed',
		when: hasCode('conversation_completed'),
		hint: "Leave 'Conversation' empty to begin a new one.",
	},
	{
		kind: 'workflow_not_found',
		when: says(/^Workflow not found with id|^Invalid workflow_id format/),
		hint: "'Workflow ID' names a published version of the chatflow. Leave it out for the current one.",
	},
	{
		kind: 'unpublished',
		when: (facts) =>
			hasCode('agent_not_published')(facts) || says(/^Workflow not published/)(facts),
		hint: 'Publish the app in Dify.',
	},
	{
		kind: 'streaming_only',
		when: says(/does not support blocking mode|only supports streaming/i),
		message: () => 'Agent apps answer in streaming mode only',
		hint: "Set 'Response Mode' to 'Streaming': the node still gives one item with the whole answer.",
	},
	{
		kind: 'input_required',
		when: says(/is required in input form/),
		hint: "Fill the variable under 'Inputs'.",
	},
	{
		kind: 'input_file',
		when: says(/in input form must be a (?:list of )?files?/),
		hint: "Give the variable, under 'Inputs', the name of a binary field, a URL or an upload id.",
	},
	{
		kind: 'input_invalid',
		when: says(/in input form must be/),
		hint: "Change the variable's value under 'Inputs'.",
	},
];
