import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { World } from './harness';
import { byId, itemOf, openWorld } from './harness';
import { itRefuses, UNKNOWN, VALUE } from './refusals';

/** What is refused of the operations on chat messages, by the node or by Dify. */

let world: World;
/** An answer of `chat-vars`, and two of `chat-plain`. */
let varied: IDataObject;
let plain: IDataObject;
let unrated: IDataObject;

const inputs: INodeParameters = {
	inputsMode: 'json',
	inputsJson: '{"name":"Ada","colour":"red"}',
};

beforeAll(async () => {
	world = await openWorld({ lingerMs: 20 });
	varied = itemOf(await world.send('chat-vars', inputs));
	plain = itemOf(await world.send('chat-plain'));
	unrated = itemOf(await world.send('chat-plain'));
});

afterAll(async () => {
	await world.dify.close();
});

const getAll = { operation: 'getAll', parameters: { conversationId: byId(VALUE) } };
const conversation = (): unknown => plain.conversation_id;
const suggested = {
	operation: 'getSuggested',
	app: 'chat-vars',
	parameters: { messageId: byId(VALUE) },
	good: () => varied.message_id,
};
const feedback = {
	operation: 'giveFeedback',
	parameters: { messageId: byId(VALUE) },
	good: () => plain.message_id,
};
const notAnId = 'is not a valid ID (UUID)';
itRefuses(() => world, 'chatMessage', [
	{
		name: 'no task',
		operation: 'stop',
		parameters: { taskId: VALUE },
		good: () => UNKNOWN,
		bad: ' ',
		message: "'Task ID' is empty",
		advice: 'Enter a value',
	},
	...['stop', 'getAll', 'getSuggested', 'giveFeedback'].map((operation) => ({
		name: 'no user',
		operation,
		parameters: {
			user: VALUE,
			taskId: UNKNOWN,
			conversationId: byId(UNKNOWN),
			messageId: byId(UNKNOWN),
		},
		bad: '',
		message: "'User' is empty",
		advice: 'It can be any text',
	})),
	{
		...getAll,
		name: 'no conversation',
		good: conversation,
		bad: null,
		message: "'Conversation' is empty",
		advice: 'conversation_id of an earlier answer',
	},
	{
		...getAll,
		name: 'a conversation id that is none',
		good: conversation,
		bad: 'conv-1',
		message: `'Conversation' ${notAnId}`,
		advice: 'choose one from the list',
	},
	{
		...getAll,
		name: 'an unknown conversation',
		good: conversation,
		bad: UNKNOWN,
		message: 'Conversation Not Exists.',
		advice: "belongs to another 'User'",
		code: 'not_found',
		status: 404,
	},
	...[0, 1.5, 'x'].map((bad) => ({
		name: `a limit of ${bad}`,
		operation: 'getAll',
		parameters: { conversationId: byId(UNKNOWN), limit: VALUE },
		bad,
		message: "'Limit' must be an integer of at least 1",
		advice: "'Return All'",
	})),
	{
		...getAll,
		app: 'completion',
		name: 'an app of another kind',
		bad: UNKNOWN,
		message: 'Please check if your app mode matches the right API route.',
		advice: 'Chatbot, Agent or Chatflow',
		code: 'not_chat_app',
		status: 400,
	},
	...[suggested, feedback].flatMap((operation) => [
		{
			...operation,
			name: 'no message',
			bad: '',
			message: "'Message' is empty",
			advice: 'message_id of an earlier answer',
		},
		{
			...operation,
			name: 'a message id that is none',
			bad: 'msg-1',
			message: `'Message' ${notAnId}`,
			advice: 'message_id of an earlier answer',
		},
		{
			...operation,
			name: 'an unknown message',
			bad: UNKNOWN,
			message: 'Message Not Exists.',
			advice: "another 'User'",
			code: 'not_found',
			status: 404,
		},
	]),
	{
		name: 'suggested questions that are switched off',
		operation: 'getSuggested',
		parameters: { messageId: byId(VALUE) },
		bad: () => plain.message_id,
		message: 'Suggested Questions Is Disabled.',
		advice: "'Follow-up'",
		code: 'bad_request',
		status: 400,
	},
	{
		name: 'a rating taken back that was not given',
		operation: 'giveFeedback',
		parameters: { messageId: byId(VALUE), rating: 'none' },
		bad: () => unrated.message_id,
		message: "This 'User' has not given feedback on the message, so there is nothing to remove",
		advice: "'Rating'",
		code: 'invalid_param',
		status: 400,
	},
]);
