/** The Dify versions whose wire behavior differs. See docs/dify-api.md#versions. */
export type DifyVersion = '1.12' | '1.13.0' | '1.13.1' | '1.14' | '1.15' | '1.16' | '1.17';

/** How one version of Dify behaves on the wire. */
export interface VersionProfile {
	/** The value of the `X-Version` header. */
	version: string;
	/**
	 * Whether chatflows run in a worker process. Their streams then start with a ping, and the run
	 * continues when the client disconnects.
	 */
	usesWorker: boolean;
	/** How long a chatflow's stream stays open after its last event, in ms. */
	lingerMs: number;
	/** The terminal events of a chatflow that succeeded, in their order. */
	endEvents: ReadonlyArray<'message_end' | 'workflow_finished'>;
	/**
	 * How a chatflow's stream reports an invalid request: with an HTTP error, with nothing but a ping,
	 * or with a failed workflow. See docs/dify-api.md#request-errors-by-version.
	 */
	streamErrorStyle: 'http' | 'silence' | 'failed-workflow';
	/** Whether a streamed chatflow request with an unknown conversation starts a new conversation. */
	startsUnknownConversation: boolean;
	/** How flask-restx formats JSON: like `json.dumps`, or compact with `/` escaped. */
	restxJsonStyle: 'spaced' | 'compact';
	/** Whether a blocking chatflow request gets an event stream (langgenius/dify#33501). */
	streamsBlockingChatflows: boolean;
	/** Whether paused runs can be resumed and further clients can read the events of a run. */
	supportsResuming: boolean;
	/**
	 * Whether one client that stops reading the events of a run also ends the events of all other
	 * clients. See docs/dify-api.md#resuming.
	 */
	closesAllReaders: boolean;
	/** Whether a run that paused in blocking mode is stopped when its form is submitted. */
	stopsBlockingPause: boolean;
	/** Whether the resumed events of a run start with the submitted form. */
	sendsFormFilled: boolean;
	/** The status of a chatflow that another user has stopped. */
	wrongUserStopStatus: 'failed' | 'stopped';
	/** Whether an uploaded file must belong to the user of the message. */
	checksUploader: boolean;
	/** Whether a chatbot sends text as `message_file` events when the message has a file. */
	sendsTextAsMessageFile: boolean;
	fileTooLargeMessage: string;
	/** Whether apps of the mode `agent` exist. */
	hasNewAgents: boolean;
	/**
	 * Whether responses have the form of Dify 1.16: empty lists instead of null, reasoning in the
	 * metadata, and token counts and prices of stored messages.
	 */
	hasFieldsOf116: boolean;
}

const BASE: VersionProfile = {
	version: '1.13.2',
	usesWorker: true,
	lingerMs: 1_000,
	endEvents: ['message_end', 'workflow_finished'],
	streamErrorStyle: 'silence',
	startsUnknownConversation: false,
	restxJsonStyle: 'compact',
	streamsBlockingChatflows: false,
	supportsResuming: false,
	closesAllReaders: false,
	stopsBlockingPause: false,
	sendsFormFilled: true,
	wrongUserStopStatus: 'failed',
	checksUploader: false,
	sendsTextAsMessageFile: false,
	fileTooLargeMessage: 'File size exceeded. {message}',
	hasNewAgents: false,
	hasFieldsOf116: false,
};

const V1_14: VersionProfile = {
	...BASE,
	version: '1.14.2',
	supportsResuming: true,
	checksUploader: true,
	fileTooLargeMessage: '',
};

const V1_15: VersionProfile = {
	...V1_14,
	version: '1.15.0',
	streamErrorStyle: 'failed-workflow',
	startsUnknownConversation: true,
	closesAllReaders: true,
};

const V1_16: VersionProfile = {
	...V1_15,
	version: '1.16.0',
	lingerMs: 0,
	startsUnknownConversation: false,
	stopsBlockingPause: true,
	sendsFormFilled: false,
	wrongUserStopStatus: 'stopped',
	hasNewAgents: true,
	hasFieldsOf116: true,
};

export const VERSION_PROFILES: Readonly<Record<DifyVersion, VersionProfile>> = {
	'1.12': {
		...BASE,
		version: '1.12.1',
		usesWorker: false,
		lingerMs: 0,
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
	'1.14': V1_14,
	'1.15': V1_15,
	'1.16': V1_16,
	// Nothing is known about the bug of 1.16 with blocking pauses in this version.
	'1.17': { ...V1_16, version: '1.17.1', stopsBlockingPause: false },
};

export const DIFY_VERSIONS = Object.keys(VERSION_PROFILES) as DifyVersion[];
