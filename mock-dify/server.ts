import type { FastifyReply, FastifyRequest } from 'fastify';
import { compactJson, pythonJson } from './json';
import { Refusal } from './failures';
import type { VersionProfile } from './versions';
import type { Scenario } from './scenario';
import type { App, Store } from './store';

/** What one request came with, kept for whoever asserts on it. */
export interface RecordedRequest {
	method: string;
	/** Without the query. */
	path: string;
	query: Record<string, string>;
	headers: Record<string, string | string[] | undefined>;
	/** JSON, or `{fields, files}` of a multipart body, or text. */
	body?: unknown;
	app?: string;
	status?: number;
	/** `performance.now()`. */
	receivedAtMs: number;
	/** Whether the client left before the answer's end. */
	closedByClient: boolean;
	/** `performance.now()` right before each event's write. */
	stamps: number[];
	/** Those of them that were writes of the answer's tokens. */
	textStamps: number[];
}

/** What every route works with. */
export interface Server {
	profile: VersionProfile;
	store: Store;
	apps: App[];
	scenarioFor: (query: string) => Scenario;
	lingerMs: number;
	silenceMs: number;
	pingIntervalMs: number;
	closing: AbortSignal;
	recordOf(request: FastifyRequest): RecordedRequest;
}

/** An id in a route's path: Flask knows no such route for any other text. */
export const UUID_PARAM = ':id(^[0-9a-fA-F-]{36}$)';

/** The headers that Dify puts on everything it answers. */
export function difyHeaders({ version, worker }: VersionProfile): Record<string, string> {
	return {
		'Access-Control-Allow-Origin': '*',
		'Access-Control-Expose-Headers': 'X-Env, X-Trace-Id, X-Version',
		'X-Version': version,
		'X-Env': 'PRODUCTION',
		// 1.12.1 says so of some of its answers.
		...(worker && { Vary: 'Cookie' }),
	};
}

/** The app of the request's key. @throws {Refusal} 401, 403 (contract, 3.1) */
export function authorize(server: Server, request: FastifyRequest): App {
	const unauthorized = (message: string): Refusal =>
		new Refusal(401, 'unauthorized', message, { 'WWW-Authenticate': 'Bearer realm="api"' });
	const header = request.headers.authorization ?? '';
	const space = header.indexOf(' ');
	if (space === -1) {
		throw unauthorized("Authorization header must be provided and start with 'Bearer'");
	}
	if (header.slice(0, space).toLowerCase() !== 'bearer') {
		throw unauthorized("Authorization scheme must be 'Bearer'");
	}
	const key = header.slice(space).trim();
	const app = server.apps.find((candidate) => candidate.key === key);
	if (app === undefined) throw unauthorized('Access token is invalid');
	server.recordOf(request).app = app.name;
	if (app.disabled === true) {
		throw new Refusal(403, 'forbidden', "The app's API service has been disabled.");
	}
	return app;
}

/** Answers as flask-restx does: its JSON style and a line end. Bytes, as fastify adds a charset to text. */
export function sendRestx(
	{ profile }: Server,
	reply: FastifyReply,
	status: number,
	body: unknown,
): FastifyReply {
	const json = profile.restxJson === 'spaced' ? pythonJson(body) : compactJson(body);
	return reply
		.code(status)
		.header('Content-Type', 'application/json')
		.send(Buffer.from(`${json}\n`));
}

/** A JSON object body. @throws {Refusal} as Dify refuses what is none (contract, 3.1) */
export function jsonBody(request: FastifyRequest): Record<string, unknown> {
	if (!/^application\/(?:.*\+)?json/i.test(request.headers['content-type'] ?? '')) {
		throw new Refusal(
			415,
			'unsupported_media_type',
			"Did not attempt to load JSON data because the request Content-Type was not 'application/json'.",
		);
	}
	let body: unknown;
	try {
		body = JSON.parse(String(request.body));
	} catch {
		throw new Refusal(
			400,
			'bad_request',
			'The browser (or proxy) sent a request that this server could not understand.',
		);
	}
	if (typeof body !== 'object' || body === null || Array.isArray(body)) {
		throw new Refusal(500, 'unknown', 'Internal Server Error');
	}
	return body as Record<string, unknown>;
}
