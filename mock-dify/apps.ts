import type { AppDefinition, AppMode, ConversationVariable } from './model';

const INPUT_FORM: Array<Record<string, Record<string, unknown>>> = [
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

const FILE_INPUT_RULES = {
	allowed_file_extensions: [],
	allowed_file_types: ['document', 'image'],
	allowed_file_upload_methods: ['local_file', 'remote_url'],
	required: false,
};

const CHATFLOW_INPUT_FORM = [
	...INPUT_FORM,
	{ file: { ...FILE_INPUT_RULES, label: 'Doc', type: 'file', variable: 'doc' } },
	{
		'file-list': {
			...FILE_INPUT_RULES,
			label: 'Docs',
			max_length: 3,
			type: 'file-list',
			variable: 'docs',
		},
	},
	{ json_object: { label: 'Blob', required: false, type: 'json_object', variable: 'blob' } },
];

const FILE_UPLOAD = {
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

const { image: _, ...CHATFLOW_FILE_UPLOAD } = FILE_UPLOAD;

/** Returns `file_upload` of GET /parameters for an app that accepts no files. */
export function disabledFileUpload(mode: AppMode): Record<string, unknown> {
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

const CONVERSATION_VARIABLES: ConversationVariable[] = [
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

const SUGGESTED_QUESTIONS = [
	'First stub question?',
	'Second stub question?',
	'Third stub question?',
];

/** Returns the apps of test/fixtures/recordings, with the names that the recordings use. */
export function defaultApps(): AppDefinition[] {
	return [
		{ name: 'chat-plain', mode: 'chat', fileUpload: FILE_UPLOAD },
		{
			name: 'chat-vars',
			mode: 'chat',
			inputs: INPUT_FORM,
			suggestedQuestions: SUGGESTED_QUESTIONS,
		},
		{ name: 'chat-nofiles', mode: 'chat' },
		{ name: 'chat-limit', mode: 'chat', maxConcurrent: 1 },
		{ name: 'agent-fc', mode: 'agent-chat', fileUpload: FILE_UPLOAD, toolIcons: TOOL_ICONS },
		// A New Agent. Versions before Dify 1.16 reject its requests.
		{ name: 'agent-v2', mode: 'agent' },
		{ name: 'flow-plain', mode: 'advanced-chat', fileUpload: CHATFLOW_FILE_UPLOAD },
		{
			name: 'flow-vars',
			mode: 'advanced-chat',
			inputs: CHATFLOW_INPUT_FORM,
			suggestedQuestions: SUGGESTED_QUESTIONS,
			conversationVariables: CONVERSATION_VARIABLES,
		},
		{ name: 'flow-limit', mode: 'advanced-chat', maxConcurrent: 1 },
		{ name: 'completion', mode: 'completion' },
		{ name: 'workflow', mode: 'workflow' },
	];
}
