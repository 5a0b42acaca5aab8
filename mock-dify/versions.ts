/** The versions of Dify that differ on the wire (contract, 3.4 and 4.1). */
export type DifyVersion = '1.12' | '1.13.0' | '1.13.1' | '1.14' | '1.17';

export interface VersionProfile {
	/** `X-Version`. */
	version: string;
	/** Chatflow streams run in a worker: an immediate ping, a linger at the end, silent refusals. */
	worker: boolean;
	/** How a chatflow that succeeded ends. */
	ends: 'finished-then-message' | 'finished-alone' | 'message-then-finished';
	/** What a chatflow's stream says of a request that the worker refuses. */
	refusals: 'http' | 'silence' | 'failed-workflow';
	/** flask-restx writes JSON as `json.dumps` does, or compact with `\/`. */
	restxJson: 'spaced' | 'compact';
	/** 1.13.0 answers a blocking chatflow request with a stream (dify#33501). */
	blockingChatflowStreams: boolean;
	/** A paused run can be let go on, and a run be taken up by another reader. */
	resumption: boolean;
	/** A file of another user is taken up to 1.13. */
	checksUploader: boolean;
	/** A chatbot's text deltas for a message with a file come as `message_file`. */
	textInMessageFile: boolean;
	tooLargeMessage: string;
}

const BASE: VersionProfile = {
	version: '1.13.2',
	worker: true,
	ends: 'message-then-finished',
	refusals: 'silence',
	restxJson: 'compact',
	blockingChatflowStreams: false,
	resumption: false,
	checksUploader: false,
	textInMessageFile: false,
	tooLargeMessage: 'File size exceeded. {message}',
};

export const VERSION_PROFILES: Readonly<Record<DifyVersion, VersionProfile>> = {
	'1.12': {
		...BASE,
		version: '1.12.1',
		worker: false,
		ends: 'finished-then-message',
		refusals: 'http',
		restxJson: 'spaced',
		textInMessageFile: true,
	},
	'1.13.0': {
		...BASE,
		version: '1.13.0',
		ends: 'finished-alone',
		blockingChatflowStreams: true,
	},
	'1.13.1': BASE,
	'1.14': {
		...BASE,
		version: '1.14.2',
		resumption: true,
		checksUploader: true,
		tooLargeMessage: '',
	},
	'1.17': {
		...BASE,
		version: '1.17.1',
		refusals: 'failed-workflow',
		resumption: true,
		checksUploader: true,
		tooLargeMessage: '',
	},
};

export const DIFY_VERSIONS = Object.keys(VERSION_PROFILES) as DifyVersion[];
