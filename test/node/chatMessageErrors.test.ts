import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { ITEM_VALUE, testErrorCases, UNKNOWN_ID } from './errorCases';
import type { TestBed } from './testBed';
import { getItem, startTestBed, toLocator } from './testBed';

/** Errors of the resource Chat Message, except those of Send and Submit Form. */

let testBed: TestBed;
/** The items of three answered messages. The app `chat-vars` suggests questions, `chat-plain` does not. */
let answerWithSuggestions: IDataObject;
let answer: IDataObject;
let answerWithoutFeedback: IDataObject;

const inputs: INodeParameters = {
	inputsMode: 'json',
	inputsJson: '{"name":"Ada","colour":"red"}',
};

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20 });
	answerWithSuggestions = getItem(await testBed.send('chat-vars', inputs));
	answer = getItem(await testBed.send('chat-plain'));
	answerWithoutFeedback = getItem(await testBed.send('chat-plain'));
});

afterAll(async () => {
	await testBed.dify.close();
});

const getAll = { operation: 'getAll', parameters: { conversationId: toLocator(ITEM_VALUE) } };
const getConversationId = (): unknown => answer.conversation_id;
const getSuggested = {
	operation: 'getSuggested',
	app: 'chat-vars',
	parameters: { messageId: toLocator(ITEM_VALUE) },
	getValid: () => answerWithSuggestions.message_id,
};
const giveFeedback = {
	operation: 'giveFeedback',
	parameters: { messageId: toLocator(ITEM_VALUE) },
	getValid: () => answer.message_id,
};

testErrorCases(() => testBed, 'chatMessage', [
	{
		name: 'rejects an empty task id',
		operation: 'stop',
		parameters: { taskId: ITEM_VALUE },
		getValid: () => UNKNOWN_ID,
		invalid: ' ',
		message: "'Task ID' is empty",
		advice: 'Enter a value',
	},
	...['stop', 'getAll', 'getSuggested', 'giveFeedback'].map((operation) => ({
		name: 'rejects an empty user',
		operation,
		parameters: {
			user: ITEM_VALUE,
			taskId: UNKNOWN_ID,
			conversationId: toLocator(UNKNOWN_ID),
			messageId: toLocator(UNKNOWN_ID),
		},
		invalid: '',
		message: "'User' is empty",
		advice: 'It can be any text',
	})),
	{
		...getAll,
		name: 'rejects an empty conversation id',
		getValid: getConversationId,
		invalid: null,
		message: "'Conversation' is empty",
		advice: 'conversation_id of an earlier answer',
	},
	{
		...getAll,
		name: 'rejects a conversation id that is not a UUID',
		getValid: getConversationId,
		invalid: 'conv-1',
		message: "'Conversation' is not a valid ID (UUID)",
		advice: 'choose one from the list',
	},
	{
		...getAll,
		name: 'reports an unknown conversation',
		getValid: getConversationId,
		invalid: UNKNOWN_ID,
		message: 'Conversation Not Exists.',
		advice: "belongs to another 'User'",
		code: 'not_found',
		status: 404,
	},
	...[0, 1.5, 'x'].map((invalid) => ({
		name: `rejects the limit ${JSON.stringify(invalid)}`,
		operation: 'getAll',
		parameters: { conversationId: toLocator(UNKNOWN_ID), limit: ITEM_VALUE },
		invalid,
		message: "'Limit' must be an integer of at least 1",
		advice: "'Return All'",
	})),
	{
		...getAll,
		app: 'completion',
		name: 'reports an app that has no conversations',
		invalid: UNKNOWN_ID,
		message: 'Please check if your app mode matches the right API route.',
		advice: 'Chatbot, Agent or Chatflow',
		code: 'not_chat_app',
		status: 400,
	},
	...[getSuggested, giveFeedback].flatMap((operation) => [
		{
			...operation,
			name: 'rejects an empty message id',
			invalid: '',
			message: "'Message' is empty",
			advice: 'message_id of an earlier answer',
		},
		{
			...operation,
			name: 'rejects a message id that is not a UUID',
			invalid: 'msg-1',
			message: "'Message' is not a valid ID (UUID)",
			advice: 'message_id of an earlier answer',
		},
		{
			...operation,
			name: 'reports an unknown message',
			invalid: UNKNOWN_ID,
			message: 'Message Not Exists.',
			advice: "another 'User'",
			code: 'not_found',
			status: 404,
		},
	]),
	{
		name: 'reports that suggested questions are switched off in the app',
		operation: 'getSuggested',
		parameters: { messageId: toLocator(ITEM_VALUE) },
		invalid: () => answer.message_id,
		message: 'Suggested Questions Is Disabled.',
		advice: "'Follow-up'",
		code: 'bad_request',
		status: 400,
	},
	{
		name: 'reports the removal of feedback that does not exist',
		operation: 'giveFeedback',
		parameters: { messageId: toLocator(ITEM_VALUE), rating: 'none' },
		invalid: () => answerWithoutFeedback.message_id,
		message: "This 'User' has not given feedback on the message, so there is nothing to remove",
		advice: "'Rating'",
		code: 'invalid_param',
		status: 400,
	},
]);
