/** The Dify versions whose wire behavior differs. See docs/dify-api.md#versions. */
export type DifyVersion = '1.12' | '1.13.0' | '1.13.1' | '1.14' | '1.17';

/** How one version of Dify behaves on the wire. */
export interface VersionProfile {
	/** The value of the `X-Version` header. */
	version: string;
	/**
	 * Whether chatflows run in a worker process. Their streams then start with a ping, stay open for
	 * a moment after the last event, and continue when the client disconnects.
	 */
	usesWorker: boolean;
	/** The terminal events of a chatflow that succeeded, in their order. */
	endEvents: ReadonlyArray<'message_end' | 'workflow_finished'>;
	/**
	 * How a chatflow's stream reports an invalid request: with an HTTP error, with nothing but a ping,
	 * or with a failed workflow. See docs/dify-api.md#request-errors-by-version.
	 */
	streamErrorStyle: 'http' | 'silence' | 'failed-workflow';
	/** How flask-restx formats JSON: like `json.dumps`, or compact with `/` escaped. */
	restxJsonStyle: 'spaced' | 'compact';
	/** Whether a blocking chatflow request gets an event stream (langgenius/dify#33501). */
	streamsBlockingChatflows: boolean;
	/** Whether paused runs can be resumed and further clients can read the events of a run. */
	supportsResuming: boolean;
	/** Whether an uploaded file must belong to the user of the message. */
	checksUploader: boolean;
	/** Whether a chatbot sends text as `message_file` events when the message has a file. */
	sendsTextAsMessageFile: boolean;
	fileTooLargeMessage: string;
}

const BASE: VersionProfile = {
	version: '1.13.2',
	usesWorker: true,
	endEvents: ['message_end', 'workflow_finished'],
	streamErrorStyle: 'silence',
	restxJsonStyle: 'compact',
	streamsBlockingChatflows: false,
	supportsResuming: false,
	checksUploader: false,
	sendsTextAsMessageFile: false,
	fileTooLargeMessage: 'File size exceeded. {message}',
};

export const VERSION_PROFILES: Readonly<Record<DifyVersion, VersionProfile>> = {
	'1.12': {
		...BASE,
		version: '1.12.1',
		usesWorker: false,
		endEvents: ['workflow_finished', 'message_end'],
		streamErrorStyle: 'http',
		restxJsonStyle: 'spaced',
		sendsTextAsMessageFile: true,
	},
	'1.13.0': {
		...BASE,
		version: '1.13.0',
		endEvents: ['workflow_finished'],
		streamsBlockingChatflows: true,
	},
	'1.13.1': BASE,
	'1.14': {
		...BASE,
		version: '1.14.2',
		supportsResuming: true,
		checksUploader: true,
		fileTooLargeMessage: '',
	},
	'1.17': {
		...BASE,
		version: '1.17.1',
		streamErrorStyle: 'failed-workflow',
		supportsResuming: true,
		checksUploader: true,
		fileTooLargeMessage: '',
	},
};

export const DIFY_VERSIONS = Object.keys(VERSION_PROFILES) as DifyVersion[];
