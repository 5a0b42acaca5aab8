import type { Scenario } from './scenario';

/** The app modes that the Service API supports. */
export type AppMode = 'chat' | 'agent-chat' | 'advanced-chat' | 'agent' | 'completion' | 'workflow';

/** A conversation variable as a chatflow defines it. `value_type` uses Dify's type names. */
export interface ConversationVariable {
	id: string;
	name: string;
	value_type:
		'string' | 'number' | 'boolean' | 'object' | `array[${'string' | 'number' | 'object'}]`;
	/** The initial value in a new conversation. */
	value: unknown;
	description: string;
}

/** The configuration of an app. */
export interface AppDefinition {
	name: string;
	mode: AppMode;
	/** `user_input_form` of GET /parameters. */
	inputs?: Array<Record<string, Record<string, unknown>>>;
	/** `file_upload` of GET /parameters. Without it, the app accepts no files. */
	fileUpload?: Record<string, unknown>;
	/** The text returned for any audio file. Without it, speech to text is disabled. */
	speechToText?: string;
	/**
	 * The default language and voice. Without it, text to speech is disabled. With `autoPlay`, each
	 * answer also comes as speech.
	 */
	textToSpeech?: { language: string; voice: string; autoPlay?: 'enabled' | 'disabled' };
	/** The icon of each tool of an agent, as GET /meta returns it. */
	toolIcons?: Record<string, string | { background: string; content: string }>;
	/** Whether the app has no web app. GET /site then returns 403. */
	withoutSite?: boolean;
	/** Maximum number of concurrent requests. 0 (the default) means no limit. */
	maxConcurrent?: number;
	/** The variables that each conversation of a chatflow starts with. */
	conversationVariables?: ConversationVariable[];
	/** The suggestions returned for each answer. Without it, suggested questions are disabled. */
	suggestedQuestions?: string[];
	/** Whether the app's API is disabled. Every request then returns 403. */
	disabled?: boolean;
}

/** An app of a running server. */
export interface App extends AppDefinition {
	id: string;
	/** The API key. */
	key: string;
	/** Number of POST /chat-messages requests in progress. */
	activeRequests: number;
	/** The scenarios of the next messages, one for each message. */
	queue: Scenario[];
}

/** A user's rating of a message. */
export interface Feedback {
	rating: 'like' | 'dislike';
}

/** A file attached to a message, as GET /messages returns it. */
export interface MessageFile {
	id: string;
	filename: string | undefined;
	type: unknown;
	url: unknown;
	mime_type: string;
	/** In bytes; -1 for a remote URL, whose size is unknown. */
	size: number;
	transfer_method: unknown;
	belongs_to: 'user';
	upload_file_id: unknown;
}

/** A message and its answer, as GET /messages returns them. */
export interface Message {
	id: string;
	conversation_id: string;
	parent_message_id: string;
	inputs: Record<string, unknown>;
	query: string;
	answer: string;
	feedback: Feedback | null;
	retriever_resources: unknown[];
	/** Unix time in seconds. */
	created_at: number;
	agent_thoughts: unknown[];
	message_files: MessageFile[];
	/** The usage that Dify stores when the run ends or pauses. */
	usage: Record<string, unknown> | null;
	status: string;
	error: string | null;
	/** The human input forms of the message. */
	extra_contents: FormRecord[];
}

/** A human input form in a row of GET /messages. */
export interface FormRecord {
	workflow_run_id: string;
	submitted: boolean;
	form_definition: Record<string, unknown> | null;
	form_submission_data: Record<string, unknown> | null;
	type: 'human_input';
}

export interface Conversation {
	id: string;
	app: App;
	user: string;
	name: string;
	inputs: Record<string, unknown>;
	/** Unix time in seconds. */
	created_at: number;
	/** Unix time in seconds. */
	updated_at: number;
	messages: Message[];
	variables: Variable[];
}

/** A conversation variable with its value in one conversation. */
export interface Variable extends ConversationVariable {
	created_at: number;
	updated_at: number;
}

/** An uploaded file. */
export interface Upload {
	id: string;
	app: App;
	user: string;
	name: string;
	mimeType: string;
	/** In bytes. */
	size: number;
	bytes: Buffer;
	/** Signed URL of the file. It needs no API key. */
	url: string;
}

/** A run in progress that POST /chat-messages/{task_id}/stop can stop. */
export interface Task {
	id: string;
	app: App;
	user: string;
	/** The user who requested the stop. */
	stoppedBy?: string;
}

/** The content of one event: `event`, and the fields of that event. */
export type EventObject = Record<string, unknown>;

/** A human input form as the events describe it. See docs/dify-api.md#human-input. */
export interface FormDefinition {
	form_id: string;
	node_id: string;
	node_title: string;
	form_content: string;
	inputs: FormInput[];
	actions: Array<{ id: string; title: string }>;
	form_token: string;
	resolved_default_values: Record<string, string>;
	/** Since Dify 1.16. */
	approval_channels?: string[];
	/** Unix time in seconds. */
	expiration_time: number;
}

/** A field of a human input form. */
export interface FormInput {
	output_variable_name: string;
	type?: 'paragraph' | 'select' | 'file' | 'file-list';
	option_source?: { type: string; selector: string[]; value: string[] };
	[key: string]: unknown;
}

/** A form that a paused run waits for. */
export interface HumanInputForm {
	definition: FormDefinition;
	/** The id of the paused run. */
	runId: string;
	isSubmitted: boolean;
}

/** The values and the action that a user submits with a form. */
export interface FormSubmission {
	action: string;
	inputs: Record<string, unknown>;
}
