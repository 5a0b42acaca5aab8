/** How Dify answers: as events while the answer grows, or in one body at the end. */
export type ResponseMode = 'streaming' | 'blocking';

export type FileType = 'image' | 'document' | 'audio' | 'video' | 'custom';

/** A file as POST /chat-messages takes it, in `files` or as the value of a file variable (contract, 3.3). */
export type FileReference =
	| { type: FileType; transfer_method: 'local_file'; upload_file_id: string }
	| { type: FileType; transfer_method: 'remote_url'; url: string };

export interface ChatRequest {
	query: string;
	user: string;
	responseMode: ResponseMode;
	/** The app's variables, types kept as they are. */
	inputs: Record<string, unknown>;
	/** Empty or absent begins a new conversation. */
	conversationId?: string;
	files?: FileReference[];
	autoGenerateName?: boolean;
	traceId?: string;
	workflowId?: string;
}

/**
 * The body of POST /chat-messages (contract, 3.2). Keys without a value are left out:
 * `conversation_id` above all, whose empty string Dify 1.11.0 refuses. Values are never judged by
 * truthiness: 0, false and '' in `inputs` arrive as they are.
 */
export function buildChatBody(request: ChatRequest): Record<string, unknown> {
	const { conversationId, files, traceId, workflowId } = request;
	return {
		inputs: request.inputs,
		query: request.query,
		user: request.user,
		response_mode: request.responseMode,
		...(isGiven(conversationId) && { conversation_id: conversationId }),
		...(files !== undefined && files.length > 0 && { files }),
		...(request.autoGenerateName !== undefined && { auto_generate_name: request.autoGenerateName }),
		...(isGiven(traceId) && { trace_id: traceId }),
		...(isGiven(workflowId) && { workflow_id: workflowId }),
	};
}

function isGiven(id: string | undefined): id is string {
	return id !== undefined && id !== '';
}

/** A base URL that no request could be sent to; `message` says what is wrong with it. */
export class BaseUrlError extends Error {
	override readonly name = 'BaseUrlError';
}

/**
 * The base URL as requests are built on, without a slash at its end.
 *
 * A bare host means Dify's own layout, so `/v1` is added. A path is somebody's own and is kept: Dify
 * may be served below one, or a gateway may map one to `/v1`. http is as good as https: most
 * self-hosted servers are reached so from n8n.
 *
 * @throws {BaseUrlError} when it is no http(s) address, or carries a user, a query or a fragment
 */
export function normalizeBaseUrl(baseUrl: string): string {
	const given = baseUrl.trim();
	if (given === '') throw new BaseUrlError('The base URL is empty');
	const url = parseUrl(given);
	if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
		throw new BaseUrlError('The base URL is not an address that begins with http:// or https://');
	}
	if (url.username !== '' || url.password !== '') {
		throw new BaseUrlError('The base URL contains a user name or password');
	}
	if (url.search !== '' || url.hash !== '') {
		throw new BaseUrlError('The base URL contains a query or a fragment');
	}
	const path = url.pathname.replace(/\/+$/, '');
	return `${url.origin}${path === '' ? '/v1' : path}`;
}

function parseUrl(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}

/** What Dify counts as a document; other endings without a media type are `custom`. */
const DOCUMENT_EXTENSIONS = new Set(
	'txt markdown md mdx pdf html htm xlsx xls vtt properties doc docx csv eml msg ppt pptx xml epub'.split(
		' ',
	),
);
const MEDIA_EXTENSIONS: Readonly<Record<string, FileType>> = {
	jpg: 'image',
	jpeg: 'image',
	png: 'image',
	webp: 'image',
	gif: 'image',
	svg: 'image',
	mp3: 'audio',
	m4a: 'audio',
	wav: 'audio',
	amr: 'audio',
	mpga: 'audio',
	mp4: 'video',
	mov: 'video',
	mpeg: 'video',
	webm: 'video',
};

/**
 * Dify's kind of a file, by its MIME type or, where that says nothing, by the ending of its name.
 * A name without an ending is taken for an image: what a URL without one mostly serves.
 */
export function detectFileType(mimeType: string, name: string): FileType {
	const [family] = mimeType.toLowerCase().split('/');
	if (family === 'image' || family === 'audio' || family === 'video') return family;
	const [, extension] = /\.([^./\\]+)$/.exec(name.toLowerCase()) ?? [];
	if (extension === undefined) return mimeType === '' ? 'image' : 'document';
	return (
		MEDIA_EXTENSIONS[extension] ?? (DOCUMENT_EXTENSIONS.has(extension) ? 'document' : 'custom')
	);
}
