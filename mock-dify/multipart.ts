import type { FastifyRequest } from 'fastify';
import type { Server } from './server';

const MB = 1024 * 1024;

/** A file of a multipart body. */
export interface FilePart {
	fieldname: string;
	filename: string;
	mimeType: string;
	size: number;
}

export interface MultipartBody {
	fields: Record<string, string>;
	files: Array<FilePart & { bytes: Buffer }>;
}

/** Reads a multipart body and records it without its bytes; one that is none is empty. */
export async function readMultipart(
	server: Server,
	request: FastifyRequest,
): Promise<MultipartBody> {
	const body: MultipartBody = { fields: {}, files: [] };
	if (request.isMultipart()) {
		for await (const part of request.parts({
			preservePath: true,
			limits: { fileSize: 110 * MB },
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
	server.recordOf(request).body = {
		fields: body.fields,
		files: body.files.map(({ bytes: _, ...file }): FilePart => file),
	};
	return body;
}
