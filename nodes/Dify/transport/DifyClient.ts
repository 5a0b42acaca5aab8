import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { ErrorSource } from '../../../protocol/errors/classify';
import { classifyError } from '../../../protocol/errors/classify';
import { BaseUrlError, normalizeBaseUrl } from '../../../protocol/baseUrl';
import { parseJson, startsLikeJson } from '../../../protocol/text';
import { itemSuffix, throwApiError, throwInvalidParameter } from './errors';
import type { BodyParser, HttpResponse, ParsedBody } from './httpResponse';
import {
	BROKEN_BODY,
	MAX_DOWNLOAD_BYTES,
	MAX_JSON_BYTES,
	MAX_SIDE_BODY_BYTES,
	decodeText,
	isSuccess,
	parseObject,
	readBody,
	readError,
	toErrorSource,
	unexpectedBody,
} from './httpResponse';
import type { ListRow } from './pagination';
import { parsePage, readPages } from './pagination';
import { Redactor } from './redaction';
import { RequestTimeouts } from './requestTimeouts';

type NodeContext = IExecuteFunctions | ILoadOptionsFunctions;

export interface DifyRequest {
	method: IHttpRequestMethods;
	/** Path below the base URL, such as `/info`. */
	path: string;
	qs?: IDataObject;
	body?: IHttpRequestOptions['body'];
	/** Ends the request and the reading of its body. */
	signal?: AbortSignal;
	/** Whether the request starts a run, which may continue although no response arrives. */
	startsRun?: boolean;
}

/** A request whose response is read to its end. */
export interface BoundedRequest extends Omit<DifyRequest, 'startsRun'> {
	/** Longest duration of the request and its response in ms. Defaults to 300 s. */
	maxDurationMs?: number;
	/** Largest response in bytes, after decompression. */
	maxBytes?: number;
}

/** The response, with any HTTP status, or the reason why there is none. */
type SendResult = { ok: true; response: HttpResponse } | { ok: false; source: ErrorSource };

/** A file that Dify returned. */
interface DownloadedFile {
	response: HttpResponse;
	bytes: Buffer;
}

interface ListRequest {
	path: string;
	qs: IDataObject;
	/** Maximum number of rows; `Infinity` for all of them. */
	limit: number;
}

/** Longest time without data while a response is read. The same as n8n's own default for requests. */
const IDLE_TIMEOUT_MS = 300_000;
const DEFAULT_MAX_DURATION_MS = 300_000;
/** Longest time to upload or download a file. Large files take long on slow connections. */
const MAX_TRANSFER_MS = 3_600_000;
/** Longest time of a request of the editor, because a person waits for it. */
const MAX_EDITOR_REQUEST_MS = 30_000;
/** Longest time of a request that the result of the operation does not depend on. */
const MAX_SIDE_REQUEST_MS = 10_000;
/**
 * Longest time to submit a form. Dify answers when it has stored the form,
 * and continues the run after that.
 */
const MAX_FORM_SUBMIT_MS = 60_000;

/**
 * Sends requests to Dify for one input item, with that item's credential. Methods whose name begins
 * with `try` return the error. The other ones throw a NodeApiError.
 */
export class DifyClient {
	private readonly appParameters = new Map<string, Promise<Record<string, unknown> | undefined>>();
	private readonly redactor: Redactor;

	private constructor(
		readonly context: NodeContext,
		readonly itemIndex: number,
		private readonly baseUrl: string,
		apiKey: string,
	) {
		this.redactor = new Redactor(apiKey);
	}

	/** @throws {NodeOperationError} if the credential's base URL is invalid */
	static async forItem(context: NodeContext, itemIndex = 0): Promise<DifyClient> {
		const { baseUrl, apiKey } = await context.getCredentials('difyApi', itemIndex);
		try {
			const url = normalizeBaseUrl(String(baseUrl));
			return new DifyClient(context, itemIndex, url, String(apiKey));
		} catch (error) {
			const reason = error instanceof BaseUrlError ? error.message : String(error);
			const message = `${reason}${itemSuffix(context, itemIndex)}`;
			throw new NodeOperationError(context.getNode(), message, {
				itemIndex,
				description:
					"Set the credential's 'Base URL' to the address of Dify's API, such as https://api.dify.ai/v1.",
			});
		}
	}

	/** Sends a request and returns as soon as the response headers have arrived. */
	async send(request: DifyRequest): Promise<SendResult> {
		const { method, path, qs, body, startsRun } = request;
		const connection = new LinkedAbort(request.signal);
		const { signal } = connection;
		this.logDebug('Sending request', { method, path: withoutFormToken(path) });
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
					// The body of a 4xx response contains Dify's own code and message.
					ignoreHttpStatusErrors: true,
					// n8n would send the API key to the redirect's target.
					disableFollowRedirect: true,
					// n8n's timeout only covers the time until the response begins. `signal` covers all of it.
					timeout: 0,
				},
			);
			const { statusCode: status, headers } = response;
			const contentType: string = headers['content-type'] ?? '';
			const close = (): void => connection.abort();
			return { ok: true, response: { status, headers, contentType, body: response.body, close } };
		} catch (error) {
			connection.release();
			return { ok: false, source: { from: 'network', code: networkErrorCode(error), startsRun } };
		}
	}

	/** Sends a request whose response is JSON of any shape. The body is `undefined` for a 204 response. */
	async tryRequestJson(request: BoundedRequest): Promise<ParsedBody<unknown>> {
		return await this.sendBounded(
			{ maxBytes: MAX_JSON_BYTES, ...request },
			({ response, bytes }) => {
				if (response.status === 204) return { ok: true, body: undefined };
				// A proxy can show the request with its key in any response.
				const text = this.redact(decodeText(bytes));
				const body = parseJson(text);
				if (body !== undefined) return { ok: true, body };
				const source = startsLikeJson(text) ? BROKEN_BODY : toErrorSource(response, text);
				return { ok: false, error: classifyError(source) };
			},
		);
	}

	/** Sends a request whose response is JSON of the shape that `parse` accepts. */
	async tryRequestParsed<Body>(
		request: BoundedRequest,
		parse: BodyParser<Body>,
	): Promise<ParsedBody<Body>> {
		const result = await this.tryRequestJson(request);
		if (!result.ok) return result;
		const body = parse(result.body);
		if (body !== undefined) return { ok: true, body };
		const { method, path } = request;
		const source = unexpectedBody(`${method} ${withoutFormToken(path)}`, result.body);
		return { ok: false, error: classifyError(source) };
	}

	/**
	 * Sends a request whose response is JSON of the shape that `parse` accepts.
	 *
	 * @param about what the node is doing, for error messages of requests whose own error does not say it
	 * @throws {NodeApiError} for an error of Dify or of the connection, and for another shape
	 */
	async requestParsed<Body>(
		request: BoundedRequest,
		parse: BodyParser<Body>,
		about?: string,
	): Promise<Body> {
		const limits = this.isEditor ? { maxDurationMs: MAX_EDITOR_REQUEST_MS } : {};
		const result = await this.tryRequestParsed(
			{ signal: this.cancelSignal, ...limits, ...request },
			parse,
		);
		return result.ok ? result.body : throwApiError(this, result.error, { about });
	}

	/**
	 * Sends a request whose response is a JSON object and returns that object; `{}` for a 204 response.
	 *
	 * @throws {NodeApiError} as {@link requestParsed} does
	 */
	async requestJson(request: BoundedRequest, about?: string): Promise<IDataObject> {
		return (await this.requestParsed(request, parseObject, about)) as IDataObject;
	}

	/** @throws {NodeApiError} as {@link requestJson} does */
	async getJson(path: string, qs?: IDataObject): Promise<IDataObject> {
		return await this.requestJson({ method: 'GET', path, qs });
	}

	/** @throws {NodeApiError} as {@link requestJson} does */
	async postJson(path: string, body: DifyRequest['body'], about?: string): Promise<IDataObject> {
		const limits = body instanceof FormData ? { maxDurationMs: MAX_TRANSFER_MS } : {};
		return await this.requestJson({ method: 'POST', path, body, ...limits }, about);
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
				return await this.requestParsed({ method: 'GET', path, qs: page }, parsePage<ListRow>);
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
	async download(request: BoundedRequest): Promise<DownloadedFile> {
		const limits = { maxBytes: MAX_DOWNLOAD_BYTES, maxDurationMs: MAX_TRANSFER_MS };
		const result = await this.sendBounded<DownloadedFile>(
			{ signal: this.cancelSignal, ...limits, ...request },
			({ response, bytes, isComplete }) =>
				isComplete
					? { ok: true, body: { response, bytes } }
					: { ok: false, error: classifyError(BROKEN_BODY) },
		);
		return result.ok ? result.body : throwApiError(this, result.error);
	}

	/** Sends a request and passes its complete response to `parse`. Errors and limits give an error. */
	private async sendBounded<Body>(
		{
			maxBytes = MAX_JSON_BYTES,
			maxDurationMs = DEFAULT_MAX_DURATION_MS,
			...request
		}: BoundedRequest,
		parse: (received: DownloadedFile & { isComplete: boolean }) => ParsedBody<Body>,
	): Promise<ParsedBody<Body>> {
		const timeouts = new RequestTimeouts({
			idleTimeoutMs: IDLE_TIMEOUT_MS,
			maxDurationMs,
			cancelSignal: request.signal,
		});
		const fail = (source: ErrorSource): ParsedBody<Body> => {
			const { exceededLimit } = timeouts;
			const cause: ErrorSource =
				exceededLimit === undefined
					? source
					: { from: 'requestTimeout', seconds: exceededLimit.seconds };
			return { ok: false, error: classifyError(cause) };
		};
		try {
			const sent = await this.send({ ...request, signal: timeouts.signal });
			if (!sent.ok) return fail(sent.source);
			const { response } = sent;
			try {
				const watched = { ...response, body: timeouts.watch(response.body) };
				if (!isSuccess(response)) {
					const error = await readError(watched);
					return timeouts.abortReason === undefined ? { ok: false, error } : fail(BROKEN_BODY);
				}
				const body = await readBody(watched, maxBytes);
				if (body.isTooLarge) return fail({ from: 'bodySize', limitBytes: maxBytes });
				if (timeouts.abortReason !== undefined) return fail(BROKEN_BODY);
				return parse({ response, bytes: body.bytes, isComplete: body.isComplete });
			} finally {
				response.close();
			}
		} finally {
			timeouts.dispose();
		}
	}

	/**
	 * Returns the body of GET /parameters, or `undefined` if it cannot be read within seconds: Dify then
	 * validates the values itself. The request is sent at most once per client and user.
	 */
	async readAppParameters(user: string): Promise<Record<string, unknown> | undefined> {
		const cached = this.appParameters.get(user);
		if (cached !== undefined) return await cached;
		const request: BoundedRequest = { method: 'GET', path: '/parameters', qs: { user } };
		const parameters = this.trySideRequest(request, parseObject).then((result) =>
			result.ok ? result.body : undefined,
		);
		this.appParameters.set(user, parameters);
		return await parameters;
	}

	/**
	 * Sends a request that the result of the operation does not depend on: a check, a hint, a recovery. It
	 * ends within seconds and when the execution is canceled.
	 */
	async trySideRequest<Body>(
		request: BoundedRequest,
		parse: BodyParser<Body>,
	): Promise<ParsedBody<Body>> {
		const limits = { maxDurationMs: MAX_SIDE_REQUEST_MS, maxBytes: MAX_SIDE_BODY_BYTES };
		return await this.tryRequestParsed({ signal: this.cancelSignal, ...limits, ...request }, parse);
	}

	/**
	 * Returns the form that a paused chatflow waits for (docs/dify-api.md#human-input).
	 *
	 * @throws {NodeApiError} as {@link requestJson} does
	 */
	async readForm(token: string): Promise<IDataObject> {
		this.checkPathSegment(token, 'Form Token');
		return await this.getJson(formPath(token));
	}

	/** Submits the form of a paused chatflow. `signal` ends the request. */
	async trySubmitForm(
		token: string,
		body: IDataObject,
		signal: AbortSignal,
	): Promise<ParsedBody<unknown>> {
		return await this.tryRequestJson({
			method: 'POST',
			path: formPath(token),
			body,
			signal,
			maxDurationMs: MAX_FORM_SUBMIT_MS,
			maxBytes: MAX_SIDE_BODY_BYTES,
		});
	}

	/** Returns `text` with the API key replaced, in the form that was entered and in the form that is sent. */
	redact(text: string): string {
		return this.redactor.redact(text);
	}

	/** Returns a copy of a JSON value with the API key replaced in all its texts. */
	redactAll<Value>(value: Value): Value {
		return this.redactor.redactAll(value);
	}

	/**
	 * Writes a line to n8n's debug log. Pass no message content: logs are kept longer and read by more
	 * people than executions.
	 */
	logDebug(message: string, details: Record<string, string | number | undefined> = {}): void {
		try {
			const { context, itemIndex } = this;
			const fields = this.redactAll({ itemIndex, ...details });
			context.logger?.debug(`Dify: ${this.redact(message)}`, fields);
		} catch {
			// Old versions of n8n have no logger. Logging must never fail an execution.
		}
	}

	/** @throws {NodeOperationError} if the text cannot be an id in a path: `..` would change the path */
	checkPathSegment(text: string, displayName: string): void {
		if (isPathSegment(text)) return;
		throwInvalidParameter(
			this,
			`'${displayName}' is not valid: '${text}'`,
			'Use the value that Dify returned, or check the expression of the parameter.',
		);
	}

	/** Whether the requests are made for the node's form in the editor. */
	private get isEditor(): boolean {
		return !('getExecutionCancelSignal' in this.context);
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

/** Returns whether a text can be an id in a path. A URL parser removes `.` and `..`, also encoded ones. */
export function isPathSegment(text: string): boolean {
	return text !== '' && !/^(?:\.|%2e){1,2}$/i.test(text);
}

/** Returns the path without the token of a form, because the token is enough to submit the form. */
function withoutFormToken(path: string): string {
	return path.replace(/^(\/form\/human_input\/).+/, '$1***');
}

/**
 * Returns a context whose cancel signal is the one of the request. n8n's HTTP helper replaces a
 * request's signal with the one of the execution. After a cancel, that one would abort every request,
 * also the one that stops the run on Dify.
 */
function withCancelSignal(context: NodeContext, signal: AbortSignal): NodeContext {
	if (!('getExecutionCancelSignal' in context)) return context;
	return Object.create(context, { getExecutionCancelSignal: { value: () => signal } });
}

/** Returns the code of Node's socket, DNS or TLS error. n8n nests it at a depth that varies. */
function networkErrorCode(error: unknown): string {
	for (let cause = error, depth = 0; depth < 5; depth++) {
		if (typeof cause !== 'object' || cause === null) break;
		const { code, errorResponse } = cause as { code?: unknown; errorResponse?: { code?: unknown } };
		if (typeof code === 'string' && code !== '') return code;
		if (typeof errorResponse?.code === 'string') return errorResponse.code;
		cause = (cause as { cause?: unknown }).cause;
	}
	return error instanceof Error ? error.message : 'no reason given';
}

/** An abort signal of one request, which also aborts with the signal of the caller. */
class LinkedAbort {
	private readonly controller = new AbortController();

	constructor(private readonly parent: AbortSignal | undefined) {
		if (parent?.aborted === true) this.controller.abort();
		parent?.addEventListener('abort', this.abort);
	}

	get signal(): AbortSignal {
		return this.controller.signal;
	}

	readonly abort = (): void => {
		this.release();
		this.controller.abort();
	};

	/** Ends the link to the caller's signal, which can live as long as the execution. */
	release(): void {
		this.parent?.removeEventListener('abort', this.abort);
	}
}
