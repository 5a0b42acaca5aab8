import type { FastifyRequest } from 'fastify';
import type { ServerContext } from '../server';

/** Above the largest upload limit, so that the handlers report a file that is too large. */
const MAX_FILE_BYTES = 110 * 1024 * 1024;

/** A file in a multipart body, without its content. */
export interface FilePart {
	fieldname: string;
	filename: string;
	mimeType: string;
	/** In bytes. */
	size: number;
}

export interface MultipartBody {
	fields: Record<string, string>;
	files: Array<FilePart & { bytes: Buffer }>;
}

/**
 * Reads a multipart body and records it without the content of its files. Returns an empty body if
 * the request is not multipart.
 */
export async function readMultipart(
	server: ServerContext,
	request: FastifyRequest,
): Promise<MultipartBody> {
	const body: MultipartBody = { fields: {}, files: [] };
	if (request.isMultipart()) {
		for await (const part of request.parts({
			preservePath: true,
			limits: { fileSize: MAX_FILE_BYTES },
		})) {
			if (part.type === 'field') {
				body.fields[part.fieldname] = String(part.value);
				continue;
			}
			const chunks: Buffer[] = [];
			for await (const chunk of part.file) chunks.push(chunk as Buffer);
			const bytes = Buffer.concat(chunks);
			const { fieldname, filename, mimetype: mimeType } = part;
			body.files.push({ fieldname, filename, mimeType, size: bytes.length, bytes });
		}
	}
	server.getRecord(request).body = {
		fields: body.fields,
		files: body.files.map(({ bytes: _, ...file }): FilePart => file),
	};
	return body;
}
