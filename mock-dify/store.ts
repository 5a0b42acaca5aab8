import { randomUUID } from 'node:crypto';
import type { App, Conversation, HumanInputForm, Message, Task, Upload } from './model';
import type { WorkflowRun } from './workflowRun';

/** The data that Dify keeps in its database and in Redis. Here it is kept in memory. */
export class Store {
	readonly conversations = new Map<string, Conversation>();
	readonly uploads = new Map<string, Upload>();
	readonly tasks = new Map<string, Task>();
	readonly runs = new Map<string, WorkflowRun>();
	/** The key is the form's token. */
	readonly forms = new Map<string, HumanInputForm>();

	/** Returns the conversation if it belongs to this app and user. */
	findConversation(id: string, app: App, user: string): Conversation | undefined {
		const conversation = this.conversations.get(id);
		return conversation?.app === app && conversation.user === user ? conversation : undefined;
	}

	/** Returns the message if it belongs to this app and user. */
	findMessage(id: string, app: App, user: string): Message | undefined {
		for (const conversation of this.conversations.values()) {
			if (conversation.app !== app || conversation.user !== user) continue;
			const message = conversation.messages.find((candidate) => candidate.id === id);
			if (message !== undefined) return message;
		}
		return undefined;
	}

	/** Creates a conversation without messages. Its name is taken from the first query. */
	createConversation({
		app,
		user,
		query,
		inputs = {},
	}: {
		app: App;
		user: string;
		query: string;
		inputs?: Record<string, unknown>;
	}): Conversation {
		const now = unixSeconds();
		const conversation: Conversation = {
			id: randomUUID(),
			app,
			user,
			name: query.length > 20 ? `${query.slice(0, 20)}…` : query,
			inputs,
			created_at: now,
			updated_at: now,
			messages: [],
			variables: (app.conversationVariables ?? []).map((variable) => ({
				...variable,
				created_at: now,
				updated_at: now,
			})),
		};
		this.conversations.set(conversation.id, conversation);
		return conversation;
	}

	/** Adds a message without an answer to a conversation. */
	addMessage(conversation: Conversation, query: string, inputs: Record<string, unknown>): Message {
		const message: Message = {
			id: randomUUID(),
			conversation_id: conversation.id,
			parent_message_id: '00000000-0000-0000-0000-000000000000',
			inputs,
			query,
			answer: '',
			feedback: null,
			retriever_resources: [],
			created_at: unixSeconds(),
			agent_thoughts: [],
			message_files: [],
			usage: null,
			status: 'normal',
			error: null,
			extra_contents: [],
		};
		conversation.messages.push(message);
		conversation.updated_at = message.created_at;
		return message;
	}
}

/** Returns the current Unix time in seconds, the unit of every time in Dify's API. */
export function unixSeconds(): number {
	return Math.floor(Date.now() / 1000);
}
