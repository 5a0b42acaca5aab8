import type { AppDefinition } from '../../mock-dify';
import type { Conversation } from '../../mock-dify';
import type { World } from './harness';
import { itemOf } from './harness';

export const COUNTER = '11111111-1111-4111-8111-111111111111';
export const TOPIC = '22222222-2222-4222-8222-222222222222';
export const TAGS = '33333333-3333-4333-8333-333333333333';
export const AGREED = '44444444-4444-4444-8444-444444444444';

/** A chatbot, a chatflow with a variable of each type, and an app that has no conversations. */
export const APPS: AppDefinition[] = [
	{ name: 'chat-plain', mode: 'chat' },
	{ name: 'completion', mode: 'completion' },
	{
		name: 'flow',
		mode: 'advanced-chat',
		conversationVariables: [
			{ id: COUNTER, name: 'counter', value_type: 'number', value: 7, description: '' },
			{ id: TOPIC, name: 'topic', value_type: 'string', value: 'none', description: '' },
			{ id: TAGS, name: 'tags', value_type: 'array[string]', value: [], description: '' },
			{ id: AGREED, name: 'agreed', value_type: 'boolean', value: true, description: '' },
		],
	},
];

/** A new conversation of a user, begun by a message. */
export async function begin(
	world: World,
	app: string,
	user = 'n8n',
	query = 'hello',
): Promise<Conversation> {
	const { conversation_id } = itemOf(await world.send(app, { user, query }));
	const conversation = world.dify.store.conversations.get(String(conversation_id));
	if (conversation === undefined) throw new Error('it was just begun');
	return conversation;
}
