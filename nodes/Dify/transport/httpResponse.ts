import type { DifyError, ErrorSource } from '../../../protocol/errors/classify';
import { MAX_ERROR_BODY_BYTES, classifyError } from '../../../protocol/errors/classify';

/** An HTTP response of Dify, or of a proxy in front of it, whose body has not been read. */
export interface HttpResponse {
	status: number;
	contentType: string;
	headers: Record<string, string | undefined>;
	body: AsyncIterable<Uint8Array>;
}

/** Where the error comes from when the connection breaks while a body is read. */
export const BROKEN_BODY: ErrorSource = { from: 'truncatedBody' };

/** Returns whether the response is a success of Dify's API. A web page is never one. */
export function isSuccess({ status, contentType }: HttpResponse): boolean {
	return status >= 200 && status < 300 && !contentType.includes('text/html');
}

/** Reads the beginning of an error response and classifies it. */
export async function readError(response: HttpResponse): Promise<DifyError> {
	const body = await readText(response.body, MAX_ERROR_BODY_BYTES);
	return classifyError(toErrorSource(response, body));
}

/** Describes a response, with its body or the beginning of it, for `classifyError`. */
export function toErrorSource(response: HttpResponse, body: string): ErrorSource {
	const { status, contentType, headers } = response;
	return { from: 'http', status, contentType, body, location: headers.location };
}

/**
 * Reads a body, or its first `maxBytes` bytes, and closes the connection. Returns what has arrived if
 * the connection breaks.
 */
export async function readText(
	body: AsyncIterable<Uint8Array>,
	maxBytes = Number.POSITIVE_INFINITY,
): Promise<string> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	try {
		for await (const chunk of body) {
			chunks.push(chunk);
			size += chunk.length;
			if (size >= maxBytes) break;
		}
	} catch {
		// The caller detects an incomplete body: incomplete JSON does not parse.
	}
	return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBytes));
}

/** Returns the value of a JSON text, or `undefined` if it is not valid JSON. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Returns whether a text that is not valid JSON begins like JSON, because its end is missing. */
export function isIncompleteJson(text: string): boolean {
	return /^\s*[[{]/.test(text);
}
