/** How Dify sends the answer: as events while the model writes it, or in one body at the end. */
export type ResponseMode = 'streaming' | 'blocking';

export type FileType = 'image' | 'document' | 'audio' | 'video' | 'custom';

/**
 * A file in the body of POST /chat-messages: in `files`, or as the value of a file variable
 * (docs/dify-api.md#files).
 */
export type FileReference =
	| { type: FileType; transfer_method: 'local_file'; upload_file_id: string }
	| { type: FileType; transfer_method: 'remote_url'; url: string };

export interface ChatRequest {
	query: string;
	user: string;
	responseMode: ResponseMode;
	/** Values of the app's variables. They are sent unchanged. */
	inputs: Record<string, unknown>;
	/** Empty or absent starts a new conversation. */
	conversationId?: string;
	files?: FileReference[];
	autoGenerateName?: boolean;
	traceId?: string;
	workflowId?: string;
}

/**
 * Returns the body of POST /chat-messages (docs/dify-api.md#chat-request). Keys without a value are
 * left out, because Dify 1.11.0 rejects an empty `conversation_id`. `inputs` is sent unchanged,
 * including 0, false and ''.
 */
export function buildChatBody(request: ChatRequest): Record<string, unknown> {
	const { conversationId, files, traceId, workflowId } = request;
	return {
		inputs: request.inputs,
		query: request.query,
		user: request.user,
		response_mode: request.responseMode,
		...(isNotEmpty(conversationId) && { conversation_id: conversationId }),
		...(files !== undefined && files.length > 0 && { files }),
		...(request.autoGenerateName !== undefined && { auto_generate_name: request.autoGenerateName }),
		...(isNotEmpty(traceId) && { trace_id: traceId }),
		...(isNotEmpty(workflowId) && { workflow_id: workflowId }),
	};
}

function isNotEmpty(id: string | undefined): id is string {
	return id !== undefined && id !== '';
}

/** File name extensions that Dify treats as documents. Any other extension without a media type is `custom`. */
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
 * Returns Dify's type of a file: by its MIME type if that names a media type, otherwise by the
 * extension of its name. Without a MIME type and an extension the result is `image`, because most
 * URLs without an extension that users enter serve images.
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
