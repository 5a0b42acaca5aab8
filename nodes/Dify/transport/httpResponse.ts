import type { DifyError, ErrorSource } from '../../../protocol/errors/classify';
import { MAX_ERROR_BODY_BYTES, classifyError } from '../../../protocol/errors/classify';
import type { BodyFormat } from '../../../protocol/stream/bodyFormat';
import { detectBodyFormat } from '../../../protocol/stream/bodyFormat';
import { isRecord, limitText, stringify } from '../../../protocol/text';

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
 * so that a slightly larger event is skipped and the answer continues.
 */
export const MAX_EVENT_BYTES = 2 * MAX_JSON_BYTES;
/** Largest JSON body of a request on the side, such as GET /parameters, in bytes. */
export const MAX_SIDE_BODY_BYTES = 8 * MIB;
/**
 * Largest event stream in bytes whose events are kept.
 * An event has about 400 bytes for each word of the answer.
 */
export const MAX_KEPT_EVENTS_BYTES = 512 * MIB;
/** Largest file in bytes. Dify's own limits for uploads are at most 100 MB by default. */
export const MAX_DOWNLOAD_BYTES = 512 * MIB;

/** Characters of an unexpected body that an error shows. */
const MAX_SHOWN_BODY_LENGTH = 300;

/** What has arrived of a body. */
interface ReceivedBody {
	/** The first bytes, up to the limit. */
	bytes: Buffer;
	/** Whether the body has more bytes than the limit. */
	isTooLarge: boolean;
	/** Whether the body arrived to its end. It did not if the connection broke or was closed. */
	isComplete: boolean;
}

/** Returns whether the response is a success of Dify's API. A web page is never one. */
export function isSuccess({ status, contentType }: HttpResponse): boolean {
	return status >= 200 && status < 300 && !/text\/html/i.test(contentType);
}

/** Reads the beginning of an error response and classifies it. */
export async function readError(response: HttpResponse): Promise<DifyError> {
	const { bytes } = await readBody(response, MAX_ERROR_BODY_BYTES);
	return classifyError(toErrorSource(response, decodeText(bytes)));
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
export async function readBody(
	response: Pick<HttpResponse, 'body' | 'close'>,
	maxBytes: number,
): Promise<ReceivedBody> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	let isComplete = false;
	try {
		for await (const chunk of response.body) {
			chunks.push(chunk);
			size += chunk.length;
			if (size > maxBytes) {
				response.close();
				break;
			}
		}
		isComplete = size <= maxBytes;
	} catch {
		// The connection broke, or the node closed it.
	}
	const bytes = Buffer.concat(chunks).subarray(0, maxBytes);
	return { bytes, isTooLarge: size > maxBytes, isComplete };
}

/** The first chunks of a body, and what they show. */
export interface BodyStart {
	format: BodyFormat;
	chunks: Uint8Array[];
}

/** Reads a body until its first characters show what it is. */
export async function readBodyStart(body: AsyncGenerator<Uint8Array, void>): Promise<BodyStart> {
	const utf8 = new TextDecoder();
	const chunks: Uint8Array[] = [];
	let text = '';
	for (;;) {
		const next = await body.next();
		if (next.done === true) return { format: 'unknown', chunks };
		chunks.push(next.value);
		text += utf8.decode(next.value, { stream: true });
		const format = detectBodyFormat(text);
		if (format !== undefined) return { format, chunks };
	}
}

/** Yields chunks that were read already, then the rest. */
export async function* joinChunks(
	chunks: readonly Uint8Array[],
	rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
	yield* chunks;
	yield* rest;
}

/** Returns whether a body is an event stream. The content type decides if its first characters do not. */
export function isEventStream(format: BodyFormat, { contentType }: HttpResponse): boolean {
	return format === 'unknown' ? /text\/event-stream/i.test(contentType) : format === 'eventStream';
}

export function decodeText(bytes: Uint8Array): string {
	return new TextDecoder().decode(bytes);
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
	const found = limitText(stringify(body) ?? 'no content', MAX_SHOWN_BODY_LENGTH);
	return { from: 'unexpectedBody', endpoint, found };
}
