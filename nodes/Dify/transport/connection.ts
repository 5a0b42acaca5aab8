import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { DifyError, ErrorSource } from '../../../protocol/errors/classify';
import { MAX_ERROR_BODY_BYTES, classifyError } from '../../../protocol/errors/classify';
import { BaseUrlError, normalizeBaseUrl } from '../../../protocol/baseUrl';

export type Context = IExecuteFunctions | ILoadOptionsFunctions;

/** What Dify, or something in front of it, answered: the body still unread. */
export interface Reply {
	status: number;
	contentType: string;
	headers: Record<string, string | undefined>;
	body: AsyncIterable<Uint8Array>;
}

/** A request's end: an answer of any status, or none. Never an exception. */
export type Sent = { ok: true; reply: Reply } | { ok: false; evidence: ErrorSource };

/** The same for a request whose answer is JSON. */
export type Answer = { ok: true; body: unknown } | { ok: false; failure: DifyError };

/** The same for one whose answer is a file. */
export type Download =
	{ ok: true; reply: Reply; bytes: Buffer } | { ok: false; failure: DifyError };

export interface Request {
	method: IHttpRequestMethods;
	/** Below the base URL, such as `/info`. */
	path: string;
	qs?: IDataObject;
	body?: IHttpRequestOptions['body'];
	/** Ends the request and the reading of its body. */
	signal?: AbortSignal;
	/** The longest silence in ms, 0 for none; {@link LONGEST_SILENCE_MS} where absent. */
	silenceMs?: number;
}

/** As long as any other request of n8n's waits. */
const LONGEST_SILENCE_MS = 300_000;

const SHORTEST_KEY = 8;

/** Dify as one credential reaches it. Everything that leaves the node for Dify leaves through here. */
export class Connection {
	private constructor(
		private readonly context: Context,
		private readonly baseUrl: string,
		private readonly apiKey: string,
	) {}

	/** @throws {NodeOperationError} when the credential's base URL cannot be one */
	static async open(context: Context, itemIndex = 0): Promise<Connection> {
		const { baseUrl, apiKey } = await context.getCredentials('difyApi', itemIndex);
		try {
			return new Connection(context, normalizeBaseUrl(String(baseUrl)), String(apiKey));
		} catch (error) {
			const reason = error instanceof BaseUrlError ? error.message : String(error);
			throw new NodeOperationError(context.getNode(), `${reason} [item ${itemIndex}]`, {
				itemIndex,
				description:
					"Set the credential's 'Base URL' to the address of Dify's API, such as https://api.dify.ai/v1.",
			});
		}
	}

	/** Sends a request and gives its answer as soon as its headers are there. */
	async send({ method, path, qs, body, signal, silenceMs }: Request): Promise<Sent> {
		try {
			const response = await this.context.helpers.httpRequestWithAuthentication.call(
				withCancelSignal(this.context, signal),
				'difyApi',
				{
					method,
					url: `${this.baseUrl}${path}`,
					qs,
					body,
					abortSignal: signal,
					encoding: 'stream',
					returnFullResponse: true,
					// Dify's own code and message stand in the body of a 4xx.
					ignoreHttpStatusErrors: true,
					// n8n would send the key along to wherever a redirect leads.
					disableFollowRedirect: true,
					timeout: silenceMs ?? LONGEST_SILENCE_MS,
				},
			);
			const { statusCode: status, headers } = response;
			return {
				ok: true,
				reply: { status, headers, contentType: headers['content-type'] ?? '', body: response.body },
			};
		} catch (error) {
			return { ok: false, evidence: { from: 'network', code: networkCode(error) } };
		}
	}

	/** Sends a request whose answer is JSON, and reads it; `body` is `undefined` for one without (204). */
	async json(request: Request): Promise<Answer> {
		const sent = await this.send(request);
		if (!sent.ok) return { ok: false, failure: classifyError(sent.evidence) };
		const { reply } = sent;
		if (!isSuccess(reply)) return { ok: false, failure: await failureOf(reply) };
		const text = await readText(reply.body);
		if (reply.status === 204) return { ok: true, body: undefined };
		const body = parseJson(text);
		if (body !== undefined) return { ok: true, body };
		return { ok: false, failure: classifyError(isCut(text) ? CUT : httpEvidence(reply, text)) };
	}

	/** Sends a request whose answer is a file, and reads it whole. */
	async bytes(request: Request): Promise<Download> {
		const sent = await this.send(request);
		if (!sent.ok) return { ok: false, failure: classifyError(sent.evidence) };
		const { reply } = sent;
		if (!isSuccess(reply)) return { ok: false, failure: await failureOf(reply) };
		const chunks: Uint8Array[] = [];
		try {
			for await (const chunk of reply.body) chunks.push(chunk);
		} catch {
			return { ok: false, failure: classifyError(CUT) };
		}
		return { ok: true, reply, bytes: Buffer.concat(chunks) };
	}

	/**
	 * `text` without the API key, wherever it may have come from. What is too short to be one is left:
	 * it would only take words apart.
	 */
	redact(text: string): string {
		return this.apiKey.length < SHORTEST_KEY ? text : text.replaceAll(this.apiKey, '***');
	}
}

/** Whether a reply is what was asked for, and not a proxy's page. */
export function isSuccess({ status, contentType }: Reply): boolean {
	return status >= 200 && status < 300 && !contentType.includes('text/html');
}

/** Reads as much of a reply as it takes to say what went wrong. */
export async function failureOf(reply: Reply): Promise<DifyError> {
	return classifyError(httpEvidence(reply, await readText(reply.body, MAX_ERROR_BODY_BYTES)));
}

/** What a reply and (the beginning of) its body are evidence of. */
export function httpEvidence({ status, contentType, headers }: Reply, body: string): ErrorSource {
	return { from: 'http', status, contentType, body, location: headers.location };
}

/** Reads a body, or its first `maxBytes`, and lets go of the connection. A body cut short gives what came. */
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
		// The caller judges what came: cut JSON is no JSON.
	}
	return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBytes));
}

/** Whether a text that is no JSON began as if it were: the connection broke on the way. */
export function isCut(text: string): boolean {
	return /^\s*[[{]/.test(text);
}

/** What a body that broke off is evidence of. */
const CUT: ErrorSource = { from: 'truncatedBody' };

/** The value of a JSON text, `undefined` when it is none. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/**
 * n8n's helper puts the execution's cancel signal in place of the request's own; after a cancel it
 * would let no request out, not even the one that stops the run on Dify. A context that differs in
 * that one method gives each request the signal that it needs.
 */
function withCancelSignal(context: Context, signal: AbortSignal | undefined): Context {
	if (!('getExecutionCancelSignal' in context)) return context;
	return Object.create(context, { getExecutionCancelSignal: { value: () => signal } });
}

/** The code of Node's socket, DNS or TLS layer, which n8n's errors keep at one depth or another. */
function networkCode(error: unknown): string {
	for (let cause = error, depth = 0; depth < 5; depth++) {
		if (typeof cause !== 'object' || cause === null) break;
		const { code, errorResponse } = cause as { code?: unknown; errorResponse?: { code?: unknown } };
		if (typeof code === 'string') return code;
		if (typeof errorResponse?.code === 'string') return errorResponse.code;
		cause = (cause as { cause?: unknown }).cause;
	}
	return error instanceof Error ? error.message : 'no reason given';
}
