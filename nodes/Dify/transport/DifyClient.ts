import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { DifyError, ErrorSource } from '../../../protocol/errors/classify';
import { classifyError } from '../../../protocol/errors/classify';
import { BaseUrlError, normalizeBaseUrl } from '../../../protocol/baseUrl';
import { throwApiError } from './errors';
import type { HttpResponse } from './httpResponse';
import {
	BROKEN_BODY,
	isIncompleteJson,
	isSuccess,
	parseJson,
	readError,
	readText,
	toErrorSource,
} from './httpResponse';
import type { ListRow, Page } from './pagination';
import { readPages } from './pagination';

export type NodeContext = IExecuteFunctions | ILoadOptionsFunctions;

export interface DifyRequest {
	method: IHttpRequestMethods;
	/** Path below the base URL, such as `/info`. */
	path: string;
	qs?: IDataObject;
	body?: IHttpRequestOptions['body'];
	/** Ends the request and the reading of its body. */
	signal?: AbortSignal;
	/** Longest time without data in ms; 0 for no limit. Defaults to 300 s. */
	idleTimeoutMs?: number;
}

/** The response, with any HTTP status, or the reason why there is none. */
export type SendResult = { ok: true; response: HttpResponse } | { ok: false; source: ErrorSource };

/** The body of a JSON response, or the error. */
export type JsonResult = { ok: true; body: unknown } | { ok: false; error: DifyError };

/** A file that Dify returned. */
export interface DownloadedFile {
	response: HttpResponse;
	bytes: Buffer;
}

export interface ListRequest {
	path: string;
	qs: IDataObject;
	/** Maximum number of rows; `Infinity` for all of them. */
	limit: number;
}

/** n8n's own default for requests. */
const DEFAULT_IDLE_TIMEOUT_MS = 300_000;

/** A shorter "key" is not one. Replacing it would damage unrelated words. */
const MIN_REDACTED_KEY_LENGTH = 8;

/**
 * Sends requests to Dify for one input item, with that item's credential. Methods whose name begins
 * with `try` return the error. The other ones throw a NodeApiError.
 */
export class DifyClient {
	private readonly appParameters = new Map<string, Promise<unknown>>();

	private constructor(
		readonly context: NodeContext,
		readonly itemIndex: number,
		private readonly credential: { baseUrl: string; apiKey: string },
	) {}

	/** @throws {NodeOperationError} if the credential's base URL is invalid */
	static async forItem(context: NodeContext, itemIndex = 0): Promise<DifyClient> {
		const { baseUrl, apiKey } = await context.getCredentials('difyApi', itemIndex);
		try {
			return new DifyClient(context, itemIndex, {
				baseUrl: normalizeBaseUrl(String(baseUrl)),
				apiKey: String(apiKey),
			});
		} catch (error) {
			const reason = error instanceof BaseUrlError ? error.message : String(error);
			throw new NodeOperationError(context.getNode(), `${reason} [item ${itemIndex}]`, {
				itemIndex,
				description:
					"Set the credential's 'Base URL' to the address of Dify's API, such as https://api.dify.ai/v1.",
			});
		}
	}

	/** Sends a request and returns as soon as the response headers have arrived. */
	async send(request: DifyRequest): Promise<SendResult> {
		const { method, path, qs, body, signal, idleTimeoutMs } = request;
		this.logDebug('Sending request', { method, path: withoutFormToken(path) });
		try {
			const response = await this.context.helpers.httpRequestWithAuthentication.call(
				withCancelSignal(this.context, signal),
				'difyApi',
				{
					method,
					url: `${this.credential.baseUrl}${path}`,
					qs,
					body,
					abortSignal: signal,
					encoding: 'stream',
					returnFullResponse: true,
					// The body of a 4xx response contains Dify's own code and message.
					ignoreHttpStatusErrors: true,
					// n8n would send the API key to the redirect's target.
					disableFollowRedirect: true,
					timeout: idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
				},
			);
			const { statusCode: status, headers } = response;
			const contentType: string = headers['content-type'] ?? '';
			return { ok: true, response: { status, headers, contentType, body: response.body } };
		} catch (error) {
			return { ok: false, source: { from: 'network', code: networkErrorCode(error) } };
		}
	}

	/** Sends a request whose response is JSON. The body is `undefined` for a 204 response. */
	async tryRequestJson(request: DifyRequest): Promise<JsonResult> {
		const sent = await this.send(request);
		if (!sent.ok) return { ok: false, error: classifyError(sent.source) };
		const { response } = sent;
		if (!isSuccess(response)) return { ok: false, error: await readError(response) };
		const text = await readText(response.body);
		if (response.status === 204) return { ok: true, body: undefined };
		const body = parseJson(text);
		if (body !== undefined) return { ok: true, body };
		const source = isIncompleteJson(text) ? BROKEN_BODY : toErrorSource(response, text);
		return { ok: false, error: classifyError(source) };
	}

	/**
	 * Sends a request whose response is a JSON object and returns that object; `{}` for a 204 response.
	 *
	 * @param about what the node is doing, for error messages of requests whose own error does not say it
	 * @throws {NodeApiError} for an error of Dify or of the connection
	 */
	async requestJson(request: DifyRequest, about?: string): Promise<IDataObject> {
		const result = await this.tryRequestJson({ signal: this.cancelSignal, ...request });
		if (result.ok) return (result.body ?? {}) as IDataObject;
		return throwApiError(this, result.error, { about });
	}

	/** @throws {NodeApiError} as {@link requestJson} does */
	async getJson(path: string, qs?: IDataObject): Promise<IDataObject> {
		return await this.requestJson({ method: 'GET', path, qs });
	}

	/** @throws {NodeApiError} as {@link requestJson} does */
	async postJson(path: string, body: DifyRequest['body'], about?: string): Promise<IDataObject> {
		return await this.requestJson({ method: 'POST', path, body }, about);
	}

	/**
	 * Returns the first rows of a list whose next page begins after `last_id`, in Dify's order.
	 *
	 * @throws {NodeApiError} as {@link requestJson} does
	 */
	async getList({ path, qs, limit }: ListRequest): Promise<ListRow[]> {
		const pages = await readPages<ListRow>(
			limit,
			async (pageSize, last_id) => {
				const page = { ...qs, limit: pageSize, ...(last_id !== undefined && { last_id }) };
				return (await this.getJson(path, page)) as unknown as Page<ListRow>;
			},
			(page) => page.at(-1)?.id,
		);
		return pages.flat().slice(0, limit);
	}

	/**
	 * Sends a request whose response is a file and reads the whole file.
	 *
	 * @throws {NodeApiError} for an error of Dify or of the connection
	 */
	async download(request: DifyRequest): Promise<DownloadedFile> {
		const sent = await this.send({ signal: this.cancelSignal, ...request });
		if (!sent.ok) return throwApiError(this, classifyError(sent.source));
		const { response } = sent;
		if (!isSuccess(response)) return throwApiError(this, await readError(response));
		const chunks: Uint8Array[] = [];
		try {
			for await (const chunk of response.body) chunks.push(chunk);
		} catch {
			return throwApiError(this, classifyError(BROKEN_BODY));
		}
		return { response, bytes: Buffer.concat(chunks) };
	}

	/**
	 * Returns the body of GET /parameters, or `undefined` if the request fails: Dify then validates the
	 * values itself. The request is sent at most once per client and user.
	 */
	async readAppParameters(user: string): Promise<unknown> {
		const cached = this.appParameters.get(user);
		if (cached !== undefined) return await cached;
		const parameters = this.tryRequestJson({
			method: 'GET',
			path: '/parameters',
			qs: { user },
		}).then((result) => (result.ok ? result.body : undefined));
		this.appParameters.set(user, parameters);
		return await parameters;
	}

	/**
	 * Returns the form that a paused chatflow waits for (docs/dify-api.md#human-input).
	 *
	 * @throws {NodeApiError} as {@link requestJson} does
	 */
	async readForm(token: string): Promise<IDataObject> {
		return await this.getJson(formPath(token));
	}

	/** Submits the form of a paused chatflow. */
	async trySubmitForm(token: string, body: IDataObject): Promise<JsonResult> {
		return await this.tryRequestJson({ method: 'POST', path: formPath(token), body });
	}

	/** Returns `text` with the API key replaced. */
	redact(text: string): string {
		const { apiKey } = this.credential;
		return apiKey.length < MIN_REDACTED_KEY_LENGTH ? text : text.replaceAll(apiKey, '***');
	}

	/**
	 * Writes a line to n8n's debug log. Pass no message content: logs are kept longer and read by more
	 * people than executions.
	 */
	logDebug(message: string, details: Record<string, string | number | undefined> = {}): void {
		try {
			const { context, itemIndex } = this;
			const text = this.redact(JSON.stringify({ itemIndex, ...details }));
			context.logger?.debug(`Dify: ${message}`, JSON.parse(text));
		} catch {
			// Old versions of n8n have no logger. Logging must never fail an execution.
		}
	}

	/** Aborts when the execution is canceled. Requests of the editor have no such signal. */
	private get cancelSignal(): AbortSignal | undefined {
		const { context } = this;
		return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
	}
}

function formPath(token: string): string {
	return `/form/human_input/${encodeURIComponent(token)}`;
}

/** Returns the path without the token of a form: whoever has the token can submit the form. */
function withoutFormToken(path: string): string {
	return path.replace(/^(\/form\/human_input\/).+/, '$1***');
}

/**
 * Returns a context whose cancel signal is the one of the request. n8n's HTTP helper replaces a
 * request's signal with the one of the execution. After a cancel, that one would abort every request,
 * also the one that stops the run on Dify.
 */
function withCancelSignal(context: NodeContext, signal: AbortSignal | undefined): NodeContext {
	if (!('getExecutionCancelSignal' in context)) return context;
	return Object.create(context, { getExecutionCancelSignal: { value: () => signal } });
}

/** Returns the code of Node's socket, DNS or TLS error. n8n nests it at a depth that varies. */
function networkErrorCode(error: unknown): string {
	for (let cause = error, depth = 0; depth < 5; depth++) {
		if (typeof cause !== 'object' || cause === null) break;
		const { code, errorResponse } = cause as { code?: unknown; errorResponse?: { code?: unknown } };
		if (typeof code === 'string') return code;
		if (typeof errorResponse?.code === 'string') return errorResponse.code;
		cause = (cause as { cause?: unknown }).cause;
	}
	return error instanceof Error ? error.message : 'no reason given';
}
