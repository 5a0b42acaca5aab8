import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { delay } from '../delay';
import { HttpError, invalidParam } from '../http/errors';
import { parseJsonBody, toPythonJson } from '../http/json';
import { SseResponse } from '../http/sseResponse';
import type { ChatRequest } from '../http/validation';
import { parseChatRequest, parseUser, validateChatRequest } from '../http/validation';
import type { App, MessageFile } from '../model';
import type { Scenario } from '../scenario';
import { findFault } from '../scenario';
import type { ServerContext } from '../server';
import { authorize, difyHeaders, sendRestx } from '../server';
import { answerBlocking } from '../streaming/blocking';
import { emitFailedWorkflow } from '../streaming/payloads';
import { createRunContext } from '../streaming/runContext';
import { streamRun } from '../streaming/runStream';
import type { VersionProfile } from '../versions';
import { WorkflowRun } from '../workflowRun';

/** Registers POST /chat-messages and POST /chat-messages/{task_id}/stop. */
export function registerChatMessageRoutes(http: FastifyInstance, server: ServerContext): void {
	http.post('/v1/chat-messages', async (request, reply) => {
		const app = authorize(server, request);
		const chatRequest = parseChatRequest(app, parseJsonBody(request), server.profile);
		const scenario = app.queue.shift() ?? server.scenarioFor(chatRequest.query);
		const slowHeaders = findFault(scenario, 'slowHeaders');
		if (slowHeaders !== undefined) await delay(slowHeaders.ms, server.shutdownSignal);
		const httpFault = findFault(scenario, 'http');
		if (httpFault !== undefined) {
			return await reply
				.code(httpFault.status)
				.headers({ 'Content-Type': httpFault.contentType, ...httpFault.headers })
				.send(httpFault.body);
		}
		const redirect = findFault(scenario, 'redirect');
		if (redirect !== undefined) {
			return await reply
				.code(redirect.status ?? 307)
				.header('Location', redirect.to)
				.send('');
		}
		return await answerChatRequest({ server, request, reply, app, chatRequest, scenario });
	});

	http.post<{ Params: { task: string } }>(
		'/v1/chat-messages/:task/stop',
		async (request, reply) => {
			const app = authorize(server, request);
			const user = parseUser(parseJsonBody(request));
			const task = server.store.tasks.get(request.params.task);
			// Chatbots ignore a stop by another user, but chatflows fail because of it
			// (f04_stop_chat_wrong_user, f05_stop_flow_wrong_user).
			if (task?.app === app && (task.user === user || app.mode === 'advanced-chat'))
				task.stoppedBy = user;
			return sendRestx(server, reply, 200, { result: 'success' });
		},
	);
}

interface ChatExchange {
	server: ServerContext;
	request: FastifyRequest;
	reply: FastifyReply;
	app: App;
	chatRequest: ChatRequest;
	scenario: Scenario;
}

async function answerChatRequest(exchange: ChatExchange): Promise<FastifyReply> {
	const { server, request, reply, app, chatRequest, scenario } = exchange;
	const { profile, store } = server;
	const isChatflow = app.mode === 'advanced-chat';
	assertBelowLimit(app, profile, chatRequest);
	// Dify 1.13.0 answers a blocking chatflow request with a stream that contains no events.
	const isSilentStream = chatRequest.isBlocking && isChatflow && profile.streamsBlockingChatflows;
	const isStream =
		!chatRequest.isBlocking || isSilentStream || findFault(scenario, 'blockingAsSse') !== undefined;
	const response = new SseResponse(reply.raw, scenario, server.getRecord(request));
	const startStream = (): void => {
		reply.hijack();
		response.start(difyHeaders(profile));
	};
	let files: MessageFile[];
	try {
		files = validateChatRequest(server, app, chatRequest);
	} catch (error) {
		if (!(error instanceof HttpError) || !isStream || !isChatflow) throw error;
		if (isReportedBeforeStream(error, profile)) throw error;
		startStream();
		await streamError(exchange, response, error);
		return reply;
	}
	const run = startRun(exchange, files);
	run.isBlocking = !isStream;
	const context = createRunContext(server, run);
	response.sink = run;
	response.disconnectNoticeMs = server.disconnectNoticeMs;
	if (isChatflow && profile.closesAllReaders) {
		response.onDisconnectNoticed = () => run.closeAllReaders();
		run.closeRequestStream = () => response.cutOff();
	}
	app.activeRequests++;
	try {
		if (!isStream) {
			const body = await answerBlocking(context);
			return await reply
				.header('Content-Type', 'application/json; charset=utf-8')
				.send(toPythonJson(body));
		}
		startStream();
		if (isSilentStream || findFault(scenario, 'pingOnly') !== undefined) {
			await streamSilence(server, response);
		} else {
			await streamRun(context, response);
		}
		return reply;
	} finally {
		app.activeRequests--;
		store.tasks.delete(run.task.id);
	}
}

/**
 * @throws {HttpError} 400 if the app has reached its limit of concurrent requests. With a worker, a
 * limit of 1 rejects every streaming chatflow request (e65_limit1_flow_stream_alone_after).
 */
function assertBelowLimit(
	app: App,
	{ usesWorker }: VersionProfile,
	{ isBlocking }: ChatRequest,
): void {
	const limit = app.maxConcurrent ?? 0;
	if (limit === 0) return;
	const isWorkerStream = app.mode === 'advanced-chat' && usesWorker && !isBlocking;
	if (app.activeRequests < limit && !(isWorkerStream && limit === 1)) return;
	throw invalidParam(
		`Too many requests. Please try again later. The current maximum concurrent requests allowed for ${app.id} is ${limit}.`,
	);
}

/**
 * Returns whether the HTTP response reports the error. Since Dify 1.13, a worker checks a chatflow
 * request after its stream has started. See docs/dify-api.md#request-errors-by-version.
 */
function isReportedBeforeStream(
	{ code }: HttpError,
	{ streamErrorStyle }: VersionProfile,
): boolean {
	return (
		streamErrorStyle === 'http' || (streamErrorStyle === 'failed-workflow' && code === 'not_found')
	);
}

/** Stores the message, its task and its run, and a new conversation if the request has none. */
function startRun(
	{ server: { store }, app, chatRequest, scenario }: ChatExchange,
	files: MessageFile[],
): WorkflowRun {
	const { query, user, inputs, conversationId } = chatRequest;
	const conversation =
		(conversationId === undefined
			? undefined
			: store.findConversation(conversationId, app, user)) ??
		store.createConversation({ app, user, query, inputs });
	const message = store.addMessage(conversation, query, inputs);
	message.message_files = files;
	const task = { id: randomUUID(), app, user };
	store.tasks.set(task.id, task);
	const run = new WorkflowRun({ app, conversation, message, task, scenario });
	store.runs.set(run.id, run);
	return run;
}

/** Sends one ping, nothing until the timeout, and a clean end (langgenius/dify#37197). */
async function streamSilence(server: ServerContext, response: SseResponse): Promise<void> {
	await response.sendPing();
	await delay(server.chatflowTimeoutMs, server.shutdownSignal);
	await response.end();
}

/** Reports an invalid request in a stream that has already started. */
async function streamError(
	{ server, app, chatRequest }: ChatExchange,
	response: SseResponse,
	error: HttpError,
): Promise<void> {
	if (server.profile.streamErrorStyle === 'silence') {
		await streamSilence(server, response);
		return;
	}
	await response.sendPing();
	const id = randomUUID();
	await emitFailedWorkflow(response, {
		taskId: id,
		runId: id,
		workflowId: app.id,
		inputs: chatRequest.inputs,
		error: error.message,
	});
	await delay(server.lingerMs, server.shutdownSignal);
	await response.end();
}
