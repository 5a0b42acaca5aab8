import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import { HttpError, NOT_FOUND_PAGE } from './http/errors';
import { toCompactJson, toPythonJson } from './http/json';
import type { App } from './model';
import type { Scenario } from './scenario';
import type { Store } from './store';
import type { VersionProfile } from './versions';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];
const MAX_BODY_BYTES = 200 * 1024 * 1024;

/** A received request and how it was answered, for the assertions of tests. */
export interface RecordedRequest {
	method: string;
	/** Without the query string. */
	path: string;
	query: Record<string, string>;
	headers: Record<string, string | string[] | undefined>;
	/** Parsed JSON, `{fields, files}` of a multipart body, or text. */
	body?: unknown;
	/** The name of the app that the API key belongs to. */
	app?: string;
	status?: number;
	/** `performance.now()` when the request arrived. */
	receivedAtMs: number;
	/** Whether the client disconnected before the end of the response. */
	closedByClient: boolean;
	/** `performance.now()` immediately before each write of the event stream. */
	writtenAtMs: number[];
	/** The entries of `writtenAtMs` whose write contained tokens of the answer. */
	tokensWrittenAtMs: number[];
}

/** The state and the settings that all routes share. */
export interface ServerContext {
	profile: VersionProfile;
	store: Store;
	apps: App[];
	scenarioFor: (query: string) => Scenario;
	lingerMs: number;
	disconnectNoticeMs: number | undefined;
	chatflowTimeoutMs: number;
	pingIntervalMs: number;
	/** Aborted when the server shuts down. */
	shutdownSignal: AbortSignal;
	/** All requests in the order of their arrival. */
	requests: RecordedRequest[];
	getRecord(request: FastifyRequest): RecordedRequest;
}

/** Creates the HTTP server without any routes: request recording, headers and error responses. */
export async function createHttpServer(context: ServerContext): Promise<FastifyInstance> {
	const http = fastify({
		forceCloseConnections: true,
		bodyLimit: MAX_BODY_BYTES,
		exposeHeadRoutes: false,
	});
	// Bodies are read as text, because the routes answer invalid JSON and other types as Dify does.
	http.removeAllContentTypeParsers();
	await http.register(multipart);
	http.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body));
	http.addHook('onRequest', async (request, reply) => {
		const record = context.getRecord(request);
		context.requests.push(record);
		reply.headers(difyHeaders(context.profile));
		reply.raw.on('close', () => {
			record.status = reply.raw.statusCode;
			record.closedByClient = !reply.raw.writableFinished && !context.shutdownSignal.aborted;
		});
	});
	http.addHook('preHandler', async (request) => {
		if (typeof request.body === 'string')
			context.getRecord(request).body = parseJsonOrText(request.body);
	});
	http.setErrorHandler(async (error, _, reply) => {
		if (!(error instanceof HttpError)) throw error;
		const { status, code, message, headers } = error;
		const body = code === 'unknown' ? { message, code, status } : { code, message, status };
		return sendRestx(context, reply.headers(headers), status, body);
	});
	http.setNotFoundHandler(async (request, reply) => {
		// Flask answers these requests itself. Only the API adds the CORS headers.
		reply.removeHeader('Access-Control-Allow-Origin').removeHeader('Access-Control-Expose-Headers');
		const [url = ''] = request.url.split('?');
		if (METHODS.some((method) => http.hasRoute({ url, method }))) {
			const message = 'The method is not allowed for the requested URL.';
			return sendRestx(context, reply, 405, { code: 'method_not_allowed', message, status: 405 });
		}
		return await reply
			.code(404)
			.header('Content-Type', 'text/html; charset=utf-8')
			.send(NOT_FOUND_PAGE);
	});
	return http;
}

/** Returns a function that creates the record of a request, and later returns the same record. */
export function createRecorder(): (request: FastifyRequest) => RecordedRequest {
	const records = new WeakMap<FastifyRequest, RecordedRequest>();
	return (request) => {
		const existing = records.get(request);
		if (existing !== undefined) return existing;
		const [path = '', query = ''] = request.url.split('?');
		const record: RecordedRequest = {
			method: request.method,
			path,
			query: Object.fromEntries(new URLSearchParams(query)),
			headers: { ...request.headers },
			receivedAtMs: performance.now(),
			closedByClient: false,
			writtenAtMs: [],
			tokensWrittenAtMs: [],
		};
		records.set(request, record);
		return record;
	};
}

/** Returns the headers that Dify adds to all its responses. */
export function difyHeaders({ version, usesWorker }: VersionProfile): Record<string, string> {
	return {
		'Access-Control-Allow-Origin': '*',
		'Access-Control-Expose-Headers': 'X-Env, X-Trace-Id, X-Version',
		'X-Version': version,
		'X-Env': 'PRODUCTION',
		// Dify 1.12.1 adds it to some responses only.
		...(usesWorker && { Vary: 'Cookie' }),
	};
}

/**
 * Returns the app that the request's API key belongs to.
 *
 * @throws {HttpError} 401 for a missing or invalid key, 403 if the app's API is disabled
 * (docs/dify-api.md#authentication)
 */
export function authorize(context: ServerContext, request: FastifyRequest): App {
	const unauthorized = (message: string): HttpError =>
		new HttpError(401, 'unauthorized', message, { 'WWW-Authenticate': 'Bearer realm="api"' });
	const header = request.headers.authorization ?? '';
	const space = header.indexOf(' ');
	if (space === -1) {
		throw unauthorized("Authorization header must be provided and start with 'Bearer'");
	}
	if (header.slice(0, space).toLowerCase() !== 'bearer') {
		throw unauthorized("Authorization scheme must be 'Bearer'");
	}
	const key = header.slice(space).trim();
	const app = context.apps.find((candidate) => candidate.key === key);
	if (app === undefined) throw unauthorized('Access token is invalid');
	context.getRecord(request).app = app.name;
	if (app.disabled === true) {
		throw new HttpError(403, 'forbidden', "The app's API service has been disabled.");
	}
	return app;
}

/**
 * Sends a JSON response in the style of flask-restx, with a line feed at the end. It is sent as bytes,
 * because fastify adds a charset to the content type of text.
 */
export function sendRestx(
	{ profile }: Pick<ServerContext, 'profile'>,
	reply: FastifyReply,
	status: number,
	body: unknown,
): FastifyReply {
	const json = profile.restxJsonStyle === 'spaced' ? toPythonJson(body) : toCompactJson(body);
	return reply
		.code(status)
		.header('Content-Type', 'application/json')
		.send(Buffer.from(`${json}\n`));
}

function parseJsonOrText(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return body;
	}
}
