import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { defaultApps } from './apps';
import { defaultScenario } from './defaultScenario';
import { registerAppInfoRoutes } from './handlers/appInfo';
import { registerAudioRoutes } from './handlers/audio';
import { registerChatMessageRoutes } from './handlers/chatMessages';
import { registerConversationRoutes } from './handlers/conversations';
import { registerConversationVariableRoutes } from './handlers/conversationVariables';
import { registerFileRoutes } from './handlers/files';
import { registerHumanInputFormRoutes } from './handlers/humanInputForms';
import { registerMessageRoutes } from './handlers/messages';
import { registerWorkflowEventRoutes } from './handlers/workflowEvents';
import type { App, AppDefinition } from './model';
import type { Scenario } from './scenario';
import type { RecordedRequest, ServerContext } from './server';
import { createHttpServer, createRecorder } from './server';
import { Store } from './store';
import type { DifyVersion } from './versions';
import { VERSION_PROFILES } from './versions';

export { defaultApps } from './apps';
export type { AppDefinition, Conversation } from './model';
export type { AnswerScript, Fault, Scenario } from './scenario';
export { difyErrorResponse, nginxErrorPage } from './scenario';
export type { RecordedRequest } from './server';
export type { DifyVersion } from './versions';
export { DIFY_VERSIONS } from './versions';

export interface MockDifyOptions {
	/** The port on 127.0.0.1. The default 0 selects a free port. */
	port?: number;
	/** The version of Dify to behave like. Default `1.13.1`. */
	version?: DifyVersion;
	/** The apps of the server. By default those of test/fixtures/recordings. */
	apps?: AppDefinition[];
	/**
	 * Returns the scenario of a message that has no scenario queued with {@link MockDify.enqueue}. By
	 * default, the server answers like the model of the recordings.
	 */
	scenarioFor?: (query: string) => Scenario;
	/** Time between two pings, in ms. Default 10,000, as in Dify. */
	pingIntervalMs?: number;
	/** How long a chatflow's stream without events stays open, in ms. Default 300,000, as in Dify. */
	chatflowTimeoutMs?: number;
	/**
	 * How long a chatflow's stream stays open after its last event, in ms. The default is that of the
	 * version: 1,000 since Dify 1.13, and 0 since Dify 1.16.
	 */
	lingerMs?: number;
	/**
	 * How long after a client has disconnected the server notices it, in ms. By default, it notices it
	 * at the second write of an event or a ping, as Dify does.
	 */
	disconnectNoticeMs?: number;
}

/** A running server. */
export interface MockDify {
	/** `http://127.0.0.1:PORT`. */
	origin: string;
	/** The base URL of the Service API: `http://127.0.0.1:PORT/v1`. */
	baseUrl: string;
	/** Returns the API key of an app. @throws if the server has no app with this name */
	key(app: string): string;
	/** All requests in the order of their arrival. */
	requests: RecordedRequest[];
	/** The conversations, uploads, runs and forms. Tests may read and change them. */
	store: Store;
	/** Queues scenarios for the next messages to an app. Each message uses up one of them. */
	enqueue(app: string, ...scenarios: Scenario[]): void;
	/** Stops the server and closes all open connections. */
	close(): Promise<void>;
}

/** Starts a server on 127.0.0.1 that behaves like Dify and keeps its data in memory. */
export async function startMockDify(options: MockDifyOptions = {}): Promise<MockDify> {
	const shutdown = new AbortController();
	// Each run that waits adds a listener, so the default limit of 10 would cause warnings.
	setMaxListeners(0, shutdown.signal);
	const apps = (options.apps ?? defaultApps()).map(createApp);
	const profile = VERSION_PROFILES[options.version ?? '1.13.1'];
	const context: ServerContext = {
		profile,
		store: new Store(),
		apps,
		scenarioFor: options.scenarioFor ?? defaultScenario,
		lingerMs: options.lingerMs ?? profile.lingerMs,
		disconnectNoticeMs: options.disconnectNoticeMs,
		chatflowTimeoutMs: options.chatflowTimeoutMs ?? 300_000,
		pingIntervalMs: options.pingIntervalMs ?? 10_000,
		shutdownSignal: shutdown.signal,
		requests: [],
		getRecord: createRecorder(),
	};
	const http = await createHttpServer(context);
	registerChatMessageRoutes(http, context);
	registerMessageRoutes(http, context);
	registerConversationRoutes(http, context);
	registerConversationVariableRoutes(http, context);
	registerFileRoutes(http, context);
	registerAppInfoRoutes(http, context);
	registerAudioRoutes(http, context);
	if (context.profile.supportsResuming) {
		registerHumanInputFormRoutes(http, context);
		registerWorkflowEventRoutes(http, context);
	}
	await http.listen({ host: '127.0.0.1', port: options.port ?? 0 });

	const findApp = (name: string): App => {
		const app = apps.find((candidate) => candidate.name === name);
		if (app === undefined) throw new Error(`mock-dify has no app named '${name}'`);
		return app;
	};
	const origin = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`;
	return {
		origin,
		baseUrl: `${origin}/v1`,
		key: (app) => findApp(app).key,
		requests: context.requests,
		store: context.store,
		enqueue: (app, ...scenarios) => findApp(app).queue.push(...scenarios),
		close: async () => {
			shutdown.abort();
			await http.close();
		},
	};
}

function createApp(definition: AppDefinition): App {
	return {
		...definition,
		id: randomUUID(),
		key: `app-${randomUUID().replaceAll('-', '').slice(0, 24)}`,
		activeRequests: 0,
		queue: [],
	};
}
