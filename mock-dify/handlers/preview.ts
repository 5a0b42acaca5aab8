import type { FastifyInstance } from 'fastify';
import { Refusal } from '../failures';
import type { Server } from '../server';
import { authorize, UUID_PARAM } from '../server';
import type { Store } from '../store';

interface OfFile {
	Params: { id: string };
	Querystring: Record<string, string | undefined>;
}

/** GET /files/{file_id}/preview (contract, section 6; recordings, g51, g52). */
export function preview(fastify: FastifyInstance, server: Server): void {
	fastify.get<OfFile>(`/v1/files/${UUID_PARAM}/preview`, async (request, reply) => {
		const app = authorize(server, request);
		const { id } = request.params;
		const upload = server.store.uploads.get(id);
		if (upload === undefined || !isUsed(server.store, id)) {
			throw new Refusal(404, 'file_not_found', 'File not found in message context');
		}
		if (upload.app !== app) {
			throw new Refusal(403, 'file_access_denied', 'Access to the requested file is denied.');
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

/** Whether a message has the file: before, Dify does not give it out. */
function isUsed({ conversations }: Store, id: string): boolean {
	return [...conversations.values()].some(({ messages }) =>
		messages.some(({ message_files }) =>
			message_files.some((file) => (file as { upload_file_id?: unknown }).upload_file_id === id),
		),
	);
}
