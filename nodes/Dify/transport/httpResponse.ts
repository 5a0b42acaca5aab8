import type { DifyError, ErrorSource } from '../../../protocol/errors/classify';
import { MAX_ERROR_BODY_BYTES, classifyError } from '../../../protocol/errors/classify';
import { isRecord } from '../../../protocol/text';

/** An HTTP response of Dify, or of a proxy in front of it, whose body has not been read. */
export interface HttpResponse {
	status: number;
	contentType: string;
	headers: Record<string, string | undefined>;
	body: AsyncIterable<Uint8Array>;
	/**
	 * Ends the request and closes its connection if the body has not arrived completely. n8n's helper
	 * does not do that when the reading of a body stops early.
	 */
	close(): void;
}

/** Where the error comes from when the connection breaks while a body is read. */
export const BROKEN_BODY: ErrorSource = { from: 'truncatedBody' };

const MIB = 1024 * 1024;

/** Largest JSON body and answer in bytes. Dify's largest are pages of 100 messages. */
export const MAX_JSON_BYTES = 64 * MIB;
/**
 * Largest part of an event stream in bytes that contains no event. It exceeds the largest event that is read,
 * so that an event which is a little larger is skipped and the answer goes on.
 */
export const MAX_EVENT_BYTES = 2 * MAX_JSON_BYTES;
/** Largest JSON body of a request on the side, such as GET /parameters, in bytes. */
export const MAX_SIDE_BODY_BYTES = 8 * MIB;
/** Largest event stream in bytes whose events are kept. An event has about 400 bytes for each word of the answer. */
export const MAX_KEPT_EVENTS_BYTES = 512 * MIB;
/** Largest file in bytes. Dify's own limits for uploads are at most 100 MB by default. */
export const MAX_DOWNLOAD_BYTES = 512 * MIB;

/** Characters of an unexpected body that an error shows. */
const MAX_SHOWN_BODY_LENGTH = 300;

/** A body that was read. `isComplete` is false if the connection broke. */
export type BodyResult =
	{ isTooLarge: false; bytes: Buffer; isComplete: boolean } | { isTooLarge: true };

/** Returns whether the response is a success of Dify's API. A web page is never one. */
export function isSuccess({ status, contentType }: HttpResponse): boolean {
	return status >= 200 && status < 300 && !/text\/html/i.test(contentType);
}

/** Reads the beginning of an error response and classifies it. */
export async function readError(response: HttpResponse): Promise<DifyError> {
	const body = await readText(response, MAX_ERROR_BODY_BYTES);
	return classifyError(toErrorSource(response, body));
}

/** Describes a response, with its body or the beginning of it, for `classifyError`. */
export function toErrorSource(response: HttpResponse, body: string): ErrorSource {
	const { status, contentType, headers } = response;
	return { from: 'http', status, contentType, body, location: headers.location };
}

/**
 * Reads a body of at most `maxBytes` bytes, counted after decompression, and closes the connection of a
 * larger one. Never throws.
 */
export async function readBody(response: HttpResponse, maxBytes: number): Promise<BodyResult> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	try {
		for await (const chunk of response.body) {
			size += chunk.length;
			if (size > maxBytes) {
				response.close();
				return { isTooLarge: true };
			}
			chunks.push(chunk);
		}
	} catch {
		if (size > maxBytes) return { isTooLarge: true };
		return { isTooLarge: false, bytes: Buffer.concat(chunks), isComplete: false };
	}
	return { isTooLarge: false, bytes: Buffer.concat(chunks), isComplete: true };
}

/**
 * Reads the first `maxBytes` bytes of a body and closes the connection. Returns what has arrived if the
 * connection breaks.
 */
export async function readText(
	response: Pick<HttpResponse, 'body' | 'close'>,
	maxBytes: number,
): Promise<string> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	try {
		for await (const chunk of response.body) {
			chunks.push(chunk);
			size += chunk.length;
			if (size >= maxBytes) {
				response.close();
				break;
			}
		}
	} catch {
		// The caller detects an incomplete body: incomplete JSON does not parse.
	}
	return decodeText(Buffer.concat(chunks).subarray(0, maxBytes));
}

export function decodeText(bytes: Uint8Array): string {
	return new TextDecoder().decode(bytes);
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

/** The JSON of a response, or the error. */
export type ParsedBody<Body> = { ok: true; body: Body } | { ok: false; error: DifyError };

/**
 * Checks the shape of a JSON body where it enters the node.
 *
 * @returns the body in the shape that the endpoint has, or `undefined` for any other shape
 */
export type BodyParser<Body> = (body: unknown) => Body | undefined;

/** Parses a body that is any JSON object. A response without a body, status 204, is `{}`. */
export function parseObject(body: unknown): Record<string, unknown> | undefined {
	if (body === undefined) return {};
	return isRecord(body) ? body : undefined;
}

/** Describes a JSON body of another shape than the endpoint has. */
export function unexpectedBody(endpoint: string, body: unknown): ErrorSource {
	const text = JSON.stringify(body) ?? 'no content';
	const found =
		text.length > MAX_SHOWN_BODY_LENGTH ? `${text.slice(0, MAX_SHOWN_BODY_LENGTH)}…` : text;
	return { from: 'unexpectedBody', endpoint, found };
}
