import type { FastifyInstance } from 'fastify';
import { delay } from '../delay';
import { HttpError, notFound } from '../http/errors';
import { toPythonJson } from '../http/json';
import { SseResponse } from '../http/sseResponse';
import { parseUser } from '../http/validation';
import type { ServerContext } from '../server';
import { authorize, difyHeaders } from '../server';
import type { WorkflowRun } from '../workflowRun';

type RunRoute = { Params: { run: string }; Querystring: Record<string, string | undefined> };

/** Registers GET /workflow/{run_id}/events. See docs/dify-api.md#resuming. */
export function registerWorkflowEventRoutes(http: FastifyInstance, server: ServerContext): void {
	http.get<RunRoute>('/v1/workflow/:run/events', async (request, reply) => {
		const app = authorize(server, request);
		const user = parseUser(request.query);
		if (app.mode !== 'advanced-chat' && app.mode !== 'workflow') {
			const message = 'Please check if your app mode matches the right API route.';
			throw new HttpError(400, 'not_workflow_app', message);
		}
		const run = server.store.runs.get(request.params.run);
		if (run?.app !== app || run.conversation.user !== user)
			throw notFound('Workflow run not found.');
		const response = new SseResponse(reply.raw, {}, server.getRecord(request));
		response.disconnectNoticeMs = server.disconnectNoticeMs;
		response.onDisconnectNoticed = () => {
			if (server.profile.closesAllReaders && run.isSubscribed(response)) run.closeAllReaders();
		};
		reply.hijack();
		response.start({ ...difyHeaders(server.profile), 'Cache-Control': 'no-cache' });
		if (run.finishedEvent === undefined) {
			const hasSnapshot = request.query.include_state_snapshot === 'true';
			await streamEvents(server, run, { response, hasSnapshot });
		} else {
			const { event, ...fields } = run.finishedEvent;
			const ids = { task_id: run.id, workflow_run_id: run.id };
			await response.sendEvent(toPythonJson({ event, ...ids, ...fields }));
		}
		await response.end();
		return reply;
	});
}

/** Streams the events of an unfinished run until it pauses, ends, or the stream times out. */
async function streamEvents(
	server: ServerContext,
	run: WorkflowRun,
	{ response, hasSnapshot }: { response: SseResponse; hasSnapshot: boolean },
): Promise<void> {
	const { chatflowTimeoutMs, pingIntervalMs, lingerMs, shutdownSignal } = server;
	await response.sendPing();
	if (hasSnapshot) await sendSnapshot(run, response);
	// The snapshot of a paused run is complete. Without a snapshot, the client waits for the
	// resumption, because the pause itself is in the past.
	if (hasSnapshot && run.pauseEvents.length > 0) return;
	let hasEnded = false;
	const end = run.subscribe(response).then(() => {
		hasEnded = true;
	});
	for (let elapsedMs = 0; elapsedMs < chatflowTimeoutMs; elapsedMs += pingIntervalMs) {
		await Promise.race([end, delay(pingIntervalMs, shutdownSignal)]);
		if (hasEnded || response.isDisconnectNoticed || shutdownSignal.aborted) break;
		await response.sendPing();
	}
	await delay(lingerMs, shutdownSignal);
}

/**
 * Sends the current state of a run. Its answer is empty while the run is in progress, because an
 * answer is only stored when the run pauses or ends.
 */
async function sendSnapshot(
	{ id, message, pauseEvents }: WorkflowRun,
	response: SseResponse,
): Promise<void> {
	const runIds = { task_id: id, workflow_run_id: id };
	const messageIds = {
		conversation_id: message.conversation_id,
		message_id: message.id,
		created_at: message.created_at,
	};
	await response.sendEvent({
		event: 'workflow_started',
		...runIds,
		data: { id, inputs: message.inputs, created_at: message.created_at, reason: 'initial' },
		...messageIds,
	});
	const { answer } = message;
	await response.sendEvent({
		event: 'message_replace',
		task_id: id,
		answer,
		reason: '',
		...messageIds,
	});
	for (const { event, data } of pauseEvents) {
		await response.sendEvent({ event, ...runIds, data, ...messageIds });
	}
}
