import { randomUUID } from 'node:crypto';
import type { AppDefinition, ConversationVariable } from './apps';
import type { HumanForm } from './humanForm';
import type { Scenario } from './scenario';
import type { WorkflowRun } from './workflowRun';

export interface App extends AppDefinition {
	id: string;
	key: string;
	/** Runs of POST /chat-messages under way. */
	active: number;
	/** What the next runs play. */
	queue: Scenario[];
}

export interface Feedback {
	rating: 'like' | 'dislike';
}

export interface Message {
	id: string;
	conversation_id: string;
	parent_message_id: string;
	inputs: Record<string, unknown>;
	query: string;
	answer: string;
	feedback: Feedback | null;
	retriever_resources: unknown[];
	created_at: number;
	agent_thoughts: unknown[];
	message_files: unknown[];
	status: string;
	error: string | null;
}

export interface Conversation {
	id: string;
	app: App;
	user: string;
	name: string;
	inputs: Record<string, unknown>;
	created_at: number;
	updated_at: number;
	messages: Message[];
	variables: Variable[];
}

/** A variable with its value in one conversation. */
export interface Variable extends ConversationVariable {
	created_at: number;
	updated_at: number;
}

export interface Upload {
	id: string;
	app: App;
	user: string;
	name: string;
	mimeType: string;
	size: number;
	bytes: Buffer;
	/** Signed: whoever has it may read the file. */
	url: string;
}

/** A run under way, which a stop can reach. */
export interface Task {
	id: string;
	app: App;
	user: string;
	stoppedBy?: string;
}

/** What Dify keeps in its database and in Redis. */
export class Store {
	readonly conversations = new Map<string, Conversation>();
	readonly uploads = new Map<string, Upload>();
	readonly tasks = new Map<string, Task>();
	readonly runs = new Map<string, WorkflowRun>();
	/** By token. */
	readonly forms = new Map<string, HumanForm>();

	/** The conversation of this app and user: another's does not exist for them. */
	find(id: string, app: App, user: string): Conversation | undefined {
		const conversation = this.conversations.get(id);
		return conversation?.app === app && conversation.user === user ? conversation : undefined;
	}

	/** The message of this app and user. */
	findMessage(id: string, app: App, user: string): Message | undefined {
		for (const conversation of this.conversations.values()) {
			if (conversation.app !== app || conversation.user !== user) continue;
			const message = conversation.messages.find((candidate) => candidate.id === id);
			if (message !== undefined) return message;
		}
		return undefined;
	}

	begin(app: App, user: string, query: string, inputs: Record<string, unknown>): Conversation {
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
			status: 'normal',
			error: null,
		};
		conversation.messages.push(message);
		conversation.updated_at = message.created_at;
		return message;
	}
}

export function unixSeconds(): number {
	return Math.floor(Date.now() / 1000);
}
