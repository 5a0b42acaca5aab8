import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { HttpError, invalidParam } from '../http/errors';
import { readMultipart } from '../http/multipart';
import { uuidParam } from '../http/validation';
import type { ServerContext } from '../server';
import { authorize, sendRestx } from '../server';
import type { Store } from '../store';
import { unixSeconds } from '../store';

const MB = 1024 * 1024;
const TENANT_ID = randomUUID();

interface FileRoute {
	Params: { id: string };
	Querystring: Record<string, string | undefined>;
}

/** Registers POST /files/upload and GET /files/{file_id}/preview. See docs/dify-api.md#files. */
export function registerFileRoutes(http: FastifyInstance, server: ServerContext): void {
	http.post('/v1/files/upload', async (request, reply) => {
		const app = authorize(server, request);
		const { fields, files } = await readMultipart(server, request);
		const file = files.find(({ fieldname }) => fieldname === 'file');
		if (file === undefined)
			throw new HttpError(400, 'no_file_uploaded', 'Please upload your file.');
		const { filename: name, mimeType, size, bytes } = file;
		if (name === '') {
			const message = 'The specified filename does not exist.';
			throw new HttpError(400, 'filename_not_exists_error', message);
		}
		if (/[/\\]/.test(name)) throw invalidParam('Filename contains invalid characters');
		if (mimeType === '')
			throw new HttpError(415, 'unsupported_file_type', 'File type not allowed.');
		if (size > getMaxBytes(mimeType)) {
			throw new HttpError(413, 'file_too_large', server.profile.fileTooLargeMessage);
		}
		const id = randomUUID();
		const user = fields.user ?? 'DEFAULT-USER';
		const created_at = unixSeconds();
		const url = `http://${request.host}/files/${id}/file-preview?${createSignature(created_at)}`;
		server.store.uploads.set(id, { id, app, user, name, mimeType, size, bytes, url });
		return sendRestx(server, reply, 201, {
			id,
			name,
			size,
			extension: name.split('.').at(-1),
			mime_type: mimeType,
			created_by: app.id,
			created_at,
			preview_url: null,
			source_url: url,
			original_url: null,
			user_id: null,
			tenant_id: TENANT_ID,
			conversation_id: null,
			file_key: null,
			...(server.profile.hasFieldsOf116 && { reference: null }),
		});
	});

	http.get<FileRoute>(`/v1/files/${uuidParam('id')}/preview`, async (request, reply) => {
		const app = authorize(server, request);
		const { id } = request.params;
		const upload = server.store.uploads.get(id);
		if (upload === undefined || !isUsedInMessage(server.store, id)) {
			throw new HttpError(404, 'file_not_found', 'File not found in message context');
		}
		if (upload.app !== app) {
			throw new HttpError(403, 'file_access_denied', 'Access to the requested file is denied.');
		}
		const { name, mimeType, bytes } = upload;
		const isAttachment = request.query.as_attachment === 'true';
		return await reply
			.header('Content-Type', isAttachment ? 'application/octet-stream' : mimeType)
			.header('Cache-Control', 'public, max-age=3600')
			.headers(
				isAttachment
					? { 'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}` }
					: {},
			)
			.send(bytes);
	});
}

function getMaxBytes(mimeType: string): number {
	if (mimeType.startsWith('image/')) return 10 * MB;
	if (mimeType.startsWith('audio/')) return 50 * MB;
	return (mimeType.startsWith('video/') ? 100 : 15) * MB;
}

/** Returns the query string of a signed URL. The signature is random and never checked. */
function createSignature(timestamp: number): string {
	const nonce = randomBytes(16).toString('hex');
	return `timestamp=${timestamp}&nonce=${nonce}&sign=${randomBytes(32).toString('base64url')}%3D`;
}

/** Returns whether a message has this file. Dify has no preview of other files. */
function isUsedInMessage({ conversations }: Store, uploadId: string): boolean {
	return [...conversations.values()].some(({ messages }) =>
		messages.some(({ message_files }) =>
			message_files.some(({ upload_file_id }) => upload_file_id === uploadId),
		),
	);
}
