import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CHAT_MODES, checkFiles, checkInputs, isUuid } from '../check';
import { CHAT_HELP, invalid, notFound, pydantic, Refusal } from '../failures';
import { pythonJson } from '../json';
import type { Play } from '../play';
import { playStream, usageOf, wait } from '../play';
import type { Run } from '../script';
import { hazardOf, tokensOf } from '../script';
import type { Server } from '../server';
import { authorize, difyHeaders, jsonBody, sendRestx } from '../server';
import { standIn } from '../standIn';
import type { App } from '../store';
import { EventStream } from '../stream';

/** POST /chat-messages and its stop. */
export function chatMessages(fastify: FastifyInstance, server: Server): void {
	fastify.post('/v1/chat-messages', async (request, reply) => {
		const app = authorize(server, request);
		const body = jsonBody(request);
		const ask = readAsk(app, body);
		const run = app.queue.shift() ?? standIn(ask.query);
		const http = hazardOf(run, 'http');
		const slow = hazardOf(run, 'slowHeaders');
		if (slow !== undefined) await wait(slow.ms, server.closing);
		if (http !== undefined) {
			return await reply
				.code(http.status)
				.headers({ 'Content-Type': http.contentType, ...http.headers })
				.send(http.body);
		}
		const redirect = hazardOf(run, 'redirect');
		if (redirect !== undefined) {
			return await reply
				.code(redirect.status ?? 307)
				.header('Location', redirect.to)
				.send('');
		}
		return await answer(server, request, reply, app, ask, run);
	});

	fastify.post<{ Params: { task: string } }>(
		'/v1/chat-messages/:task/stop',
		async (request, reply) => {
			const app = authorize(server, request);
			const user = readUser(jsonBody(request));
			const task = server.store.tasks.get(request.params.task);
			// A chatbot's run goes on for a wrong user; a chatflow's is stopped all the same (recordings, f04, f05).
			if (task?.app === app && (task.user === user || app.mode === 'advanced-chat'))
				task.stoppedBy = user;
			return sendRestx(server, reply, 200, { result: 'success' });
		},
	);
}

interface Ask {
	query: string;
	user: string;
	inputs: Record<string, unknown>;
	isBlocking: boolean;
	conversationId: string | undefined;
	files: unknown;
}

export function readUser(fields: Record<string, unknown>): string {
	const { user } = fields;
	if (user === undefined || user === null || user === '')
		throw invalid('Arg user must be provided.');
	return String(user);
}

/** The checks that come before a run, in Dify's order (contract, 3.1 and 3.2). */
function readAsk(app: App, body: Record<string, unknown>): Ask {
	const user = readUser(body);
	if (!CHAT_MODES.includes(app.mode)) {
		throw new Refusal(
			400,
			'not_chat_app',
			'Please check if your app mode matches the right API route.',
		);
	}
	const { inputs, query, response_mode: mode, conversation_id: id, files } = body;
	const refuse = (field: string, complaint: string, input: unknown): never => {
		throw pydantic('ChatRequestPayload', field, complaint, input);
	};
	if (inputs === undefined) refuse('inputs', 'Field required [type=missing', body);
	if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
		refuse('inputs', 'Input should be a valid dictionary [type=dict_type', inputs);
	}
	if (query === undefined) refuse('query', 'Field required [type=missing', body);
	if (typeof query !== 'string')
		return refuse('query', 'Input should be a valid string [type=string_type', query);
	if (mode !== undefined && mode !== null && mode !== 'streaming' && mode !== 'blocking') {
		refuse('response_mode', "Input should be 'blocking' or 'streaming' [type=literal_error", mode);
	}
	if (files !== undefined && files !== null && !Array.isArray(files)) {
		refuse('files', 'Input should be a valid list [type=list_type', files);
	}
	const conversationId = typeof id === 'string' ? id.trim() : undefined;
	if (conversationId !== undefined && conversationId !== '' && !isUuid(conversationId)) {
		refuse(
			'conversation_id',
			'Value error, conversation_id must be a valid UUID [type=value_error',
			id,
		);
	}
	const isBlocking = mode !== 'streaming';
	if (app.mode === 'agent-chat' && isBlocking)
		throw invalid('Agent Chat App does not support blocking mode');
	return {
		query,
		user,
		inputs: inputs as Record<string, unknown>,
		isBlocking,
		conversationId: conversationId === '' ? undefined : conversationId,
		files,
	};
}

async function answer(
	server: Server,
	request: FastifyRequest,
	reply: FastifyReply,
	app: App,
	ask: Ask,
	run: Run,
): Promise<FastifyReply> {
	const { profile, store } = server;
	const isFlow = app.mode === 'advanced-chat';
	const limit = app.maxConcurrent ?? 0;
	if (
		limit > 0 &&
		(app.active >= limit || (isFlow && profile.worker && !ask.isBlocking && limit === 1))
	) {
		throw invalid(
			`Too many requests. Please try again later. The current maximum concurrent requests allowed for ${app.id} is ${limit}.`,
		);
	}
	const streams =
		!ask.isBlocking ||
		hazardOf(run, 'blockingAsSse') !== undefined ||
		(isFlow && profile.blockingChatflowStreams);
	const stream = new EventStream(reply.raw, run, server.recordOf(request).stamps);
	const vary: Record<string, string> = app.mode === 'chat' ? { Vary: 'Cookie' } : {};
	const open = (): void => {
		reply.hijack();
		stream.open({ ...difyHeaders(profile), ...vary });
	};
	const isSilent = ask.isBlocking && isFlow && profile.blockingChatflowStreams;
	try {
		checkRun(server, app, ask);
	} catch (error) {
		// Since 1.13 a chatflow's stream has begun when its worker refuses the request (contract, 3.4).
		if (!streams || !isFlow || profile.refusals === 'http' || !(error instanceof Refusal))
			throw error;
		open();
		await refuseInStream(server, stream, error);
		return reply;
	}
	const play = begin(server, app, ask, run);
	app.active++;
	try {
		if (!streams) return await block(play, reply.headers(vary));
		open();
		if (isSilent || hazardOf(run, 'pingOnly') !== undefined) await silence(server, stream);
		else await playStream(play, stream);
		return reply;
	} finally {
		app.active--;
		store.tasks.delete(play.task.id);
	}
}

function checkRun({ store, profile }: Server, app: App, ask: Ask): void {
	if (ask.query === '') throw invalid('query is required');
	if (
		ask.conversationId !== undefined &&
		store.find(ask.conversationId, app, ask.user) === undefined
	) {
		throw notFound('Conversation Not Exists.', CHAT_HELP);
	}
	checkFiles(app, store, ask.files, ask.user, profile.checksUploader);
	checkInputs(app, ask.inputs, ask.isBlocking);
}

function begin(server: Server, app: App, ask: Ask, run: Run): Play {
	const { store, profile, lingerMs, pingIntervalMs, closing } = server;
	const { query, user, inputs, conversationId, files } = ask;
	const known = conversationId === undefined ? undefined : store.find(conversationId, app, user);
	const conversation = known ?? store.begin(app, user, query, inputs);
	const message = store.addMessage(conversation, query, inputs);
	const task = { id: randomUUID(), app, user };
	store.tasks.set(task.id, task);
	const hasImage = checkFiles(app, store, files, user, false);
	return {
		app,
		profile,
		store,
		conversation,
		message,
		task,
		run,
		hasImage,
		lingerMs,
		pingIntervalMs,
		closing,
	};
}

/** A worker that is silent: one ping, nothing for five minutes, a clean end (dify#37197). */
async function silence(server: Server, stream: EventStream): Promise<void> {
	await stream.ping();
	await wait(server.silenceMs, server.closing);
	await stream.end();
}

async function refuseInStream(
	server: Server,
	stream: EventStream,
	refusal: Refusal,
): Promise<void> {
	if (server.profile.refusals === 'silence') return await silence(server, stream);
	await stream.ping();
	const id = randomUUID();
	const around = { workflow_run_id: id, task_id: id };
	await stream.event({ event: 'workflow_started', ...around, data: { id, inputs: {} } });
	await stream.event({
		event: 'workflow_finished',
		...around,
		data: { id, status: 'failed', error: refusal.message, outputs: {} },
	});
	await wait(server.lingerMs, server.closing);
	await stream.end();
}

/** The answer in one body (contract, section 5). */
async function block(play: Play, reply: FastifyReply): Promise<FastifyReply> {
	const { app, run, message, conversation, task, closing } = play;
	const script = run.script ?? {};
	const tokens = [...tokensOf(script)];
	await wait((script.firstTokenMs ?? 0) + (script.gapMs ?? 0) * tokens.length, closing);
	const failing = hazardOf(run, 'errorEvent');
	if (failing !== undefined || script.workflowStatus === 'failed') {
		const said = failing?.message ?? script.workflowError ?? '';
		message.status = 'error';
		message.error = said;
		if (app.mode === 'advanced-chat') throw invalid(`Run failed: ${said}`);
		throw new Refusal(failing?.status ?? 400, failing?.code ?? 'invalid_param', said);
	}
	message.answer = hazardOf(run, 'messageReplace')?.text ?? tokens.join('');
	message.retriever_resources = script.retrieverResources ?? [];
	const isPaused = script.workflowStatus === 'paused';
	const body = {
		event: isPaused ? 'workflow_paused' : 'message',
		task_id: task.id,
		id: message.id,
		message_id: message.id,
		conversation_id: conversation.id,
		mode: app.mode,
		answer: message.answer,
		metadata: {
			annotation_reply: null,
			retriever_resources: message.retriever_resources,
			usage: isPaused ? null : usageOf(script, tokens.length, app.mode),
		},
		created_at: message.created_at,
		...(isPaused && {
			workflow_run_id: randomUUID(),
			data: {
				paused_nodes: ['human'],
				reasons: [
					{
						TYPE: 'human_input_required',
						form_id: randomUUID(),
						node_id: 'human',
						node_title: 'Approve',
						form_token: 'token',
						...script.form,
					},
				],
				status: 'paused',
				elapsed_time: 0.2,
				total_tokens: 34,
				total_steps: 3,
			},
		}),
	};
	return await reply
		.code(200)
		.header('Content-Type', 'application/json; charset=utf-8')
		.send(pythonJson(body));
}
