import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import multipart from '@fastify/multipart';
import fastify from 'fastify';
import type { FastifyRequest } from 'fastify';
import type { AppDefinition } from './apps';
import { defaultApps } from './apps';
import { NOT_FOUND_PAGE, Refusal } from './failures';
import type { DifyVersion } from './versions';
import { VERSION_PROFILES } from './versions';
import { app as appRoutes } from './handlers/app';
import { audio } from './handlers/audio';
import { chatMessages } from './handlers/chatMessages';
import { conversations } from './handlers/conversations';
import { files } from './handlers/files';
import { forms } from './handlers/forms';
import { history } from './handlers/history';
import { messages } from './handlers/messages';
import { preview } from './handlers/preview';
import { variables } from './handlers/variables';
import { workflowEvents } from './handlers/workflowEvents';
import type { Scenario } from './scenario';
import type { RecordedRequest, Server } from './server';
import { difyHeaders, sendRestx } from './server';
import { defaultScenario } from './defaultScenario';
import type { App } from './store';
import { Store } from './store';

export type { AppDefinition } from './apps';
export type { DifyVersion } from './versions';
export { DIFY_VERSIONS } from './versions';
export type { Fault, Scenario, AnswerScript } from './scenario';
export { nginxErrorPage, difyErrorResponse } from './scenario';
export type { RecordedRequest } from './server';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];

export interface MockDifyOptions {
	/** On 127.0.0.1; 0, the default, is any free one. */
	port?: number;
	/** The version of Dify to be; 1.13.1 by default. */
	version?: DifyVersion;
	/** The apps of the recordings by default. */
	apps?: AppDefinition[];
	/** What a message gets that no {@link MockDify.enqueue} was said for; by default the recorded stand-in's. */
	scenarioFor?: (query: string) => Scenario;
	/** Dify's 10,000 by default. */
	pingIntervalMs?: number;
	/** How long a chatflow's silence lasts; Dify's 300,000 by default. */
	silenceMs?: number;
	/** How long a chatflow's connection is held after its end; Dify's 1,000 by default. */
	lingerMs?: number;
}

export interface MockDify {
	/** `http://127.0.0.1:PORT`. */
	origin: string;
	/** `origin` and `/v1`. */
	baseUrl: string;
	/** The API key of an app, by its name. @throws for a name it does not have */
	key(app: string): string;
	/** Every request, in the order they came. */
	requests: RecordedRequest[];
	/** What it keeps: conversations with their messages, and uploads. */
	store: Store;
	/** What the next messages to an app get, one run each; then the app's own again. */
	enqueue(app: string, ...runs: Scenario[]): void;
	/** Ends the server, open connections too. */
	close(): Promise<void>;
}

/** Starts a server that answers as Dify does, on loopback and in memory. */
export async function startMockDify(options: MockDifyOptions = {}): Promise<MockDify> {
	const { port = 0, version: name = '1.13.1', apps: definitions = defaultApps() } = options;
	const profile = VERSION_PROFILES[name];
	const apps: App[] = definitions.map((definition) => ({
		...definition,
		id: randomUUID(),
		key: `app-${randomUUID().replaceAll('-', '').slice(0, 24)}`,
		active: 0,
		queue: [],
	}));
	const closing = new AbortController();
	// One listener for each run that waits.
	setMaxListeners(0, closing.signal);
	const requests: RecordedRequest[] = [];
	const records = new WeakMap<FastifyRequest, RecordedRequest>();
	const server: Server = {
		profile,
		store: new Store(),
		apps,
		scenarioFor: options.scenarioFor ?? defaultScenario,
		lingerMs: options.lingerMs ?? 1_000,
		silenceMs: options.silenceMs ?? 300_000,
		pingIntervalMs: options.pingIntervalMs ?? 10_000,
		closing: closing.signal,
		recordOf: (request) => {
			const record = records.get(request);
			if (record === undefined) throw new Error('every request is recorded');
			return record;
		},
	};

	const http = fastify({
		forceCloseConnections: true,
		bodyLimit: 200 * 1024 * 1024,
		exposeHeadRoutes: false,
	});
	// Bodies are read as text: what Dify makes of bad JSON and of other types is for the routes to say.
	http.removeAllContentTypeParsers();
	await http.register(multipart);
	http.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body));
	http.addHook('onRequest', async (request, reply) => {
		const [path = '', query = ''] = request.url.split('?');
		const record: RecordedRequest = {
			method: request.method,
			path,
			query: Object.fromEntries(new URLSearchParams(query)),
			headers: { ...request.headers },
			receivedAtMs: performance.now(),
			closedByClient: false,
			stamps: [],
			textStamps: [],
		};
		records.set(request, record);
		requests.push(record);
		reply.headers(difyHeaders(profile));
		reply.raw.on('close', () => {
			record.status = reply.raw.statusCode;
			record.closedByClient = !reply.raw.writableFinished && !closing.signal.aborted;
		});
	});
	http.addHook('preHandler', async (request) => {
		if (typeof request.body === 'string') server.recordOf(request).body = parsed(request.body);
	});
	http.setErrorHandler(async (error, _, reply) => {
		if (!(error instanceof Refusal)) throw error;
		const { status, code, message, headers } = error;
		const body = code === 'unknown' ? { message, code, status } : { code, message, status };
		return sendRestx(server, reply.headers(headers), status, body);
	});
	http.setNotFoundHandler(async (request, reply) => {
		// Flask's own answers: CORS is the API's.
		reply.removeHeader('Access-Control-Allow-Origin').removeHeader('Access-Control-Expose-Headers');
		const [url = ''] = request.url.split('?');
		if (METHODS.some((method) => http.hasRoute({ url, method }))) {
			const message = 'The method is not allowed for the requested URL.';
			return sendRestx(server, reply, 405, { code: 'method_not_allowed', message, status: 405 });
		}
		return await reply
			.code(404)
			.header('Content-Type', 'text/html; charset=utf-8')
			.send(NOT_FOUND_PAGE);
	});
	chatMessages(http, server);
	files(http, server);
	appRoutes(http, server);
	history(http, server);
	messages(http, server);
	conversations(http, server);
	variables(http, server);
	preview(http, server);
	audio(http, server);
	if (profile.resumption) {
		forms(http, server);
		workflowEvents(http, server);
	}
	await http.listen({ host: '127.0.0.1', port });

	const find = (app: string): App => {
		const found = apps.find((candidate) => candidate.name === app);
		if (found === undefined) throw new Error(`there is no app ${app}`);
		return found;
	};
	const origin = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`;
	return {
		origin,
		baseUrl: `${origin}/v1`,
		key: (app) => find(app).key,
		requests,
		store: server.store,
		enqueue: (app, ...runs) => find(app).queue.push(...runs),
		close: async () => {
			closing.abort();
			await http.close();
		},
	};
}

function parsed(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return body;
	}
}
