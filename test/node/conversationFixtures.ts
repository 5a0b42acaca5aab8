import type { AppDefinition, Conversation } from '../../mock-dify';
import type { TestBed } from './testBed';
import { getItem } from './testBed';

/** Ids of the conversation variables of the app `flow`. */
export const COUNTER_ID = '11111111-1111-4111-8111-111111111111';
export const TOPIC_ID = '22222222-2222-4222-8222-222222222222';
export const TAGS_ID = '33333333-3333-4333-8333-333333333333';
export const AGREED_ID = '44444444-4444-4444-8444-444444444444';

/** A chatbot, a chatflow with a conversation variable of each type, and an app without conversations. */
export const APPS: AppDefinition[] = [
	{ name: 'chat-plain', mode: 'chat' },
	{ name: 'completion', mode: 'completion' },
	{
		name: 'flow',
		mode: 'advanced-chat',
		conversationVariables: [
			{ id: COUNTER_ID, name: 'counter', value_type: 'number', value: 7, description: '' },
			{ id: TOPIC_ID, name: 'topic', value_type: 'string', value: 'none', description: '' },
			{ id: TAGS_ID, name: 'tags', value_type: 'array[string]', value: [], description: '' },
			{ id: AGREED_ID, name: 'agreed', value_type: 'boolean', value: true, description: '' },
		],
	},
];

/** Sends a first message, and returns the conversation that it created on the server. */
export async function startConversation(
	testBed: TestBed,
	app: string,
	{ user = 'n8n', query = 'hello' } = {},
): Promise<Conversation> {
	const { conversation_id } = getItem(await testBed.send(app, { user, query }));
	const conversation = testBed.dify.store.conversations.get(String(conversation_id));
	if (conversation === undefined) throw new Error('the server has no such conversation');
	return conversation;
}
