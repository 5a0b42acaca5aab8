import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Ask } from '../ask';
import { checkAsk, readAsk, readUser } from '../ask';
import { invalid, Refusal } from '../failures';
import { pythonJson } from '../json';
import { playBlocking } from '../streaming/blocking';
import type { Play } from '../streaming/play';
import { playStream } from '../streaming/stream';
import type { VersionProfile } from '../versions';
import type { Scenario } from '../scenario';
import { findFault } from '../scenario';
import type { Server } from '../server';
import { authorize, difyHeaders, jsonBody, sendRestx } from '../server';
import type { App } from '../store';
import { EventStream } from '../stream';
import { wait } from '../wait';
import { WorkflowRun } from '../workflowRun';

/** POST /chat-messages and its stop. */
export function chatMessages(fastify: FastifyInstance, server: Server): void {
	fastify.post('/v1/chat-messages', async (request, reply) => {
		const app = authorize(server, request);
		const body = jsonBody(request);
		const ask = readAsk(app, body);
		const run = app.queue.shift() ?? server.scenarioFor(ask.query);
		const http = findFault(run, 'http');
		const slow = findFault(run, 'slowHeaders');
		if (slow !== undefined) await wait(slow.ms, server.closing);
		if (http !== undefined) {
			return await reply
				.code(http.status)
				.headers({ 'Content-Type': http.contentType, ...http.headers })
				.send(http.body);
		}
		const redirect = findFault(run, 'redirect');
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
			// A chatbot takes no notice of another user's stop, but a chatflow fails of it (recordings, f04, f05).
			if (task?.app === app && (task.user === user || app.mode === 'advanced-chat'))
				task.stoppedBy = user;
			return sendRestx(server, reply, 200, { result: 'success' });
		},
	);
}

async function answer(
	server: Server,
	request: FastifyRequest,
	reply: FastifyReply,
	app: App,
	ask: Ask,
	run: Scenario,
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
		findFault(run, 'blockingAsSse') !== undefined ||
		(isFlow && profile.blockingChatflowStreams);
	const stream = new EventStream(reply.raw, run, server.recordOf(request));
	const open = (): void => {
		reply.hijack();
		stream.open(difyHeaders(profile));
	};
	const isSilent = ask.isBlocking && isFlow && profile.blockingChatflowStreams;
	let files: Array<Record<string, unknown>>;
	try {
		files = checkAsk(server, app, ask);
	} catch (error) {
		if (!(error instanceof Refusal) || !streams || !isFlow) throw error;
		if (isRefusedAtOnce(error, profile)) throw error;
		open();
		await refuseInStream(server, stream, error);
		return reply;
	}
	const play = begin(server, app, ask, run, files);
	stream.follower = play.workflowRun;
	app.active++;
	try {
		if (!streams) {
			const body = await playBlocking(play);
			return await reply
				.header('Content-Type', 'application/json; charset=utf-8')
				.send(pythonJson(body));
		}
		open();
		if (isSilent || findFault(run, 'pingOnly') !== undefined) await silence(server, stream);
		else await playStream(play, stream);
		return reply;
	} finally {
		app.active--;
		store.tasks.delete(play.task.id);
	}
}

/** Since 1.13 a chatflow's stream has begun when its worker refuses the request (contract, 3.4). */
function isRefusedAtOnce({ code }: Refusal, { refusals }: VersionProfile): boolean {
	return refusals === 'http' || (refusals === 'failed-workflow' && code === 'not_found');
}

function begin(
	server: Server,
	app: App,
	ask: Ask,
	run: Scenario,
	files: Array<Record<string, unknown>>,
): Play {
	const { store, profile, lingerMs, pingIntervalMs, closing } = server;
	const { query, user, inputs, conversationId } = ask;
	const known = conversationId === undefined ? undefined : store.find(conversationId, app, user);
	const conversation = known ?? store.begin(app, user, query, inputs);
	const message = store.addMessage(conversation, query, inputs);
	const task = { id: randomUUID(), app, user };
	store.tasks.set(task.id, task);
	message.message_files = files;
	const workflowRun = new WorkflowRun(app, user, message);
	if (app.mode === 'advanced-chat') store.runs.set(workflowRun.id, workflowRun);
	return {
		app,
		profile,
		store,
		conversation,
		message,
		task,
		run,
		workflowRun,
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
