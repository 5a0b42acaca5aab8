/** The kinds of app that have this API. */
export type AppMode = 'chat' | 'agent-chat' | 'advanced-chat' | 'completion' | 'workflow';

export interface AppDefinition {
	name: string;
	mode: AppMode;
	/** GET /parameters' `user_input_form`. */
	inputs?: Array<Record<string, Record<string, unknown>>>;
	/** GET /parameters' `file_upload`; images by default, as the recorded apps have it. */
	fileUpload?: Record<string, unknown>;
	/** Requests at a time; 0 for no limit. */
	maxConcurrent?: number;
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

/** The apps of the recordings, by their names there. */
export function defaultApps(): AppDefinition[] {
	return [
		{ name: 'chat-plain', mode: 'chat', fileUpload: UPLOAD },
		{ name: 'chat-vars', mode: 'chat', inputs: FORM },
		{ name: 'chat-nofiles', mode: 'chat' },
		{ name: 'chat-limit', mode: 'chat', maxConcurrent: 1 },
		{ name: 'agent-fc', mode: 'agent-chat', fileUpload: UPLOAD },
		{ name: 'flow-plain', mode: 'advanced-chat', fileUpload: FLOW_UPLOAD },
		{ name: 'flow-vars', mode: 'advanced-chat', inputs: FLOW_FORM },
		{ name: 'flow-limit', mode: 'advanced-chat', maxConcurrent: 1 },
		{ name: 'completion', mode: 'completion' },
		{ name: 'workflow', mode: 'workflow' },
	];
}
