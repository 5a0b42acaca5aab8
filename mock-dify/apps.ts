/** The kinds of app that have this API. */
export type AppMode = 'chat' | 'agent-chat' | 'advanced-chat' | 'completion' | 'workflow';

/** A variable of a chatflow's conversations, by the names that Dify gives its types. */
export interface ConversationVariable {
	id: string;
	name: string;
	value_type:
		'string' | 'number' | 'boolean' | 'object' | `array[${'string' | 'number' | 'object'}]`;
	value: unknown;
	description: string;
}

export interface AppDefinition {
	name: string;
	mode: AppMode;
	/** GET /parameters' `user_input_form`. */
	inputs?: Array<Record<string, Record<string, unknown>>>;
	/** GET /parameters' `file_upload`; images by default, as the recorded apps have it. */
	fileUpload?: Record<string, unknown>;
	/** What any audio turns out to say; without it, speech to text is switched off. */
	speechToText?: string;
	/** The app's own voice; without it, text to speech is switched off. */
	textToSpeech?: { language: string; voice: string };
	/** An agent's tools, with what GET /meta shows for each. */
	toolIcons?: Record<string, string | { background: string; content: string }>;
	/** Whether the app has no web page of its own. */
	withoutSite?: boolean;
	/** Requests at a time; 0 for no limit. */
	maxConcurrent?: number;
	/** What each conversation of a chatflow begins with. */
	conversationVariables?: ConversationVariable[];
	/** What follows each answer; without any, suggested questions are switched off. */
	suggestedQuestions?: string[];
	/** Whether the app's API is switched off. */
	disabled?: boolean;
}

const FORM: Array<Record<string, Record<string, unknown>>> = [
	{
		'text-input': {
			default: '',
			label: 'Name',
			max_length: 48,
			required: true,
			type: 'text-input',
			variable: 'name',
		},
	},
	{
		paragraph: {
			default: '',
			label: 'About',
			max_length: 2000,
			required: false,
			type: 'paragraph',
			variable: 'about',
		},
	},
	{
		select: {
			default: '',
			label: 'Colour',
			options: ['red', 'green', 'blue'],
			required: false,
			type: 'select',
			variable: 'colour',
		},
	},
	{ number: { default: '', label: 'Age', required: false, type: 'number', variable: 'age' } },
	{
		checkbox: {
			default: false,
			label: 'Agree',
			required: false,
			type: 'checkbox',
			variable: 'agree',
		},
	},
];

const FILES = {
	allowed_file_extensions: [],
	allowed_file_types: ['document', 'image'],
	allowed_file_upload_methods: ['local_file', 'remote_url'],
	required: false,
};

const FLOW_FORM = [
	...FORM,
	{ file: { ...FILES, label: 'Doc', type: 'file', variable: 'doc' } },
	{ 'file-list': { ...FILES, label: 'Docs', max_length: 3, type: 'file-list', variable: 'docs' } },
	{ json_object: { label: 'Blob', required: false, type: 'json_object', variable: 'blob' } },
];

const UPLOAD = {
	allowed_file_extensions: ['.PDF', '.TXT', '.DOCX', '.PNG'],
	allowed_file_types: ['image', 'document'],
	allowed_file_upload_methods: ['local_file', 'remote_url'],
	enabled: true,
	image: {
		detail: 'high',
		enabled: true,
		number_limits: 3,
		transfer_methods: ['local_file', 'remote_url'],
	},
	number_limits: 3,
};

const { image: _, ...FLOW_UPLOAD } = UPLOAD;

/** `file_upload` of an app that takes none (recordings, h01). */
export function noUploadOf(mode: AppMode): Record<string, unknown> {
	if (mode === 'advanced-chat' || mode === 'workflow') return { enabled: false };
	return {
		image: {
			detail: 'high',
			enabled: false,
			number_limits: 3,
			transfer_methods: ['remote_url', 'local_file'],
		},
	};
}

const VARIABLES: ConversationVariable[] = [
	{
		id: '11111111-1111-4111-8111-111111111111',
		name: 'counter',
		value_type: 'number',
		value: 7,
		description: 'a number',
	},
	{
		id: '22222222-2222-4222-8222-222222222222',
		name: 'topic',
		value_type: 'string',
		value: 'none',
		description: 'a string',
	},
];

const TOOL_ICONS = {
	current_time:
		'http://127.0.0.1:5001/console/api/workspaces/current/tool-provider/builtin/time/icon',
};

const SUGGESTED = ['First stub question?', 'Second stub question?', 'Third stub question?'];

/** The apps of the recordings, by their names there. */
export function defaultApps(): AppDefinition[] {
	return [
		{ name: 'chat-plain', mode: 'chat', fileUpload: UPLOAD },
		{ name: 'chat-vars', mode: 'chat', inputs: FORM, suggestedQuestions: SUGGESTED },
		{ name: 'chat-nofiles', mode: 'chat' },
		{ name: 'chat-limit', mode: 'chat', maxConcurrent: 1 },
		{ name: 'agent-fc', mode: 'agent-chat', fileUpload: UPLOAD, toolIcons: TOOL_ICONS },
		{ name: 'flow-plain', mode: 'advanced-chat', fileUpload: FLOW_UPLOAD },
		{
			name: 'flow-vars',
			mode: 'advanced-chat',
			inputs: FLOW_FORM,
			suggestedQuestions: SUGGESTED,
			conversationVariables: VARIABLES,
		},
		{ name: 'flow-limit', mode: 'advanced-chat', maxConcurrent: 1 },
		{ name: 'completion', mode: 'completion' },
		{ name: 'workflow', mode: 'workflow' },
	];
}
