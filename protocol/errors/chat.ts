import type { ErrorRule, ParsedError } from './errorRule';
import { anyOf, hasCode, messageMatches } from './errorRule';

/** Errors about conversations, messages, inputs, conversation variables and human input forms. */
export const CHAT_RULES: readonly ErrorRule[] = [
	{
		kind: 'conversation_not_found',
		matches: messageMatches(/^Conversation Not Exists/),
		hint: "The conversation was deleted, or it belongs to another 'User' or another app. Leave 'Conversation' empty to start a new one with a message.",
	},
	{
		kind: 'message_not_found',
		matches: messageMatches(/^Message Not Exists/),
		hint: "The message was deleted, or it belongs to another 'User' or another app.",
	},
	{
		kind: 'list_changed',
		matches: messageMatches(/^(?:First Message|Last Conversation) Not Exists/),
		hint: 'An entry was deleted while the node was reading the list. Run the node again.',
	},
	{
		kind: 'variable_not_found',
		matches: messageMatches(/^Conversation Variable Not Exists/),
		hint: "Use 'Conversation > Get Variables' to get the IDs of the conversation's variables. Variables that were added to a chatflow exist only in conversations started after that.",
	},
	{
		kind: 'variable_type',
		matches: messageMatches(/^Type mismatch: variable/),
		hint: "Enter a value of the variable's type. Set 'Value Type' to 'Text' for a text, or to 'JSON' for a number, true or false, an object or a list.",
	},
	{
		kind: 'suggestions_disabled',
		matches: messageMatches(/^Suggested Questions Is Disabled/),
		hint: "Enable 'Follow-up' in the app's features in Dify, and publish the app.",
	},
	{
		kind: 'feedback_missing',
		matches: messageMatches(/^rating cannot be None when feedback not exists/),
		message: () =>
			"This 'User' has not given feedback on the message, so there is nothing to remove",
		hint: "Choose another 'Rating', or give feedback first.",
	},
	{
		kind: 'conversation_id_invalid',
		matches: isInvalidConversationId,
		message: () => "'Conversation' is not an id of a conversation",
		hint: 'Use the conversation_id of an earlier answer for this field, or leave it empty to start a new conversation.',
	},
	{
		kind: 'form_not_found',
		matches: messageMatches(/^Form not found/),
		hint: "Set 'Form Token' to the form_token from human_input of the paused item, and use the API key of the app whose chatflow is paused.",
	},
	{
		kind: 'form_submitted',
		matches: hasCode('human_input_form_submitted'),
		hint: 'A form can be submitted only once. The run continued with the values that were submitted first.',
	},
	{
		kind: 'form_expired',
		matches: hasCode('human_input_form_expired'),
		hint: 'A form can be submitted until its expiration_time. Send the message again to get a new form.',
	},
	{
		kind: 'form_invalid',
		matches: hasCode('invalid_form_data'),
		hint: "Set 'Action' to the ID of one of the form's actions, and give a value under 'Inputs' for each input of the form. human_input of the paused item lists both.",
	},
	{
		kind: 'run_not_found',
		matches: messageMatches(/^Workflow run not found/),
		hint: "Set 'Workflow Run ID' to the workflow_run_id of the paused item, and 'User' to the user who sent the message.",
	},
	{
		kind: 'conversation_completed',
		matches: hasCode('conversation_completed'),
		hint: "Leave 'Conversation' empty to start a new one.",
	},
	{
		kind: 'workflow_not_found',
		matches: messageMatches(/^Workflow not found with id|^Invalid workflow_id format/),
		hint: "Set 'Workflow ID' to the ID of a published version of the chatflow, or leave it empty to use the current version.",
	},
	{
		kind: 'unpublished',
		matches: anyOf(hasCode('agent_not_published'), messageMatches(/^Workflow not published/)),
		hint: 'Publish the app in Dify.',
	},
	{
		kind: 'streaming_only',
		matches: messageMatches(/does not support blocking mode|only supports streaming/i),
		message: () => 'Agent apps support streaming mode only',
		hint: "Set 'Response Mode' to 'Streaming'. The node still returns one item with the whole answer.",
	},
	{
		kind: 'input_required',
		matches: messageMatches(/is required in input form/),
		hint: "Give the variable a value under 'Inputs'. If it is not there, close the node and open it again: it then loads the app's current inputs.",
	},
	{
		kind: 'input_file',
		matches: messageMatches(/in input form must be a (?:list of )?files?/),
		hint: "Under 'Inputs', set the variable to the name of a binary field, a URL or an upload ID.",
	},
	{
		kind: 'input_invalid',
		matches: messageMatches(/in input form must be/),
		hint: "Change the variable's value under 'Inputs'.",
	},
];

/** Returns whether the message says so. The two parts are searched one after the other, in linear time. */
function isInvalidConversationId({ message }: ParsedError): boolean {
	const start = message.indexOf('conversation_id');
	return start !== -1 && message.includes('must be a valid UUID', start);
}
