import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { invalid, Refusal } from '../failures';
import { readMultipart } from '../multipart';
import type { Server } from '../server';
import { authorize, sendRestx } from '../server';
import { unixSeconds } from '../store';

const MB = 1024 * 1024;
const TENANT = randomUUID();

/** POST /files/upload (contract, section 6; recordings, g). */
export function files(fastify: FastifyInstance, server: Server): void {
	fastify.post('/v1/files/upload', async (request, reply) => {
		const app = authorize(server, request);
		const { fields, files: parts } = await readMultipart(server, request);
		const file = parts.find(({ fieldname }) => fieldname === 'file');
		if (file === undefined) throw new Refusal(400, 'no_file_uploaded', 'Please upload your file.');
		const { filename: name, mimeType, size, bytes } = file;
		if (name === '') {
			throw new Refusal(400, 'filename_not_exists_error', 'The specified filename does not exist.');
		}
		if (/[/\\]/.test(name)) throw invalid('Filename contains invalid characters');
		if (mimeType === '') throw new Refusal(415, 'unsupported_file_type', 'File type not allowed.');
		if (size > limitOf(mimeType)) {
			throw new Refusal(413, 'file_too_large', server.profile.tooLargeMessage);
		}
		const id = randomUUID();
		const user = fields.user ?? 'DEFAULT-USER';
		const created_at = unixSeconds();
		const secret = `timestamp=${created_at}&nonce=${randomBytes(16).toString('hex')}&sign=${randomBytes(32).toString('base64url')}%3D`;
		const url = `http://${request.host}/files/${id}/file-preview?${secret}`;
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
			tenant_id: TENANT,
			conversation_id: null,
			file_key: null,
		});
	});
}

function limitOf(mimeType: string): number {
	if (mimeType.startsWith('image/')) return 10 * MB;
	if (mimeType.startsWith('audio/')) return 50 * MB;
	return (mimeType.startsWith('video/') ? 100 : 15) * MB;
}
