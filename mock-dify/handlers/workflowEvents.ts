import type { FastifyInstance } from 'fastify';
import { readUser } from '../ask';
import { notFound, Refusal } from '../failures';
import { pythonJson } from '../json';
import type { Server } from '../server';
import { authorize, difyHeaders } from '../server';
import { EventStream } from '../stream';
import { wait } from '../wait';
import type { WorkflowRun } from '../workflowRun';

type OfRun = { Params: { run: string }; Querystring: Record<string, string | undefined> };

/** The events of a run for another reader (contract, section 6; recordings, x08). */
export function workflowEvents(fastify: FastifyInstance, server: Server): void {
	fastify.get<OfRun>('/v1/workflow/:run/events', async (request, reply) => {
		const app = authorize(server, request);
		const user = readUser(request.query);
		if (app.mode !== 'advanced-chat' && app.mode !== 'workflow') {
			const message = 'Please check if your app mode matches the right API route.';
			throw new Refusal(400, 'not_workflow_app', message);
		}
		const run = server.store.runs.get(request.params.run);
		// Another user's run does not exist.
		if (run?.app !== app || run.user !== user) throw notFound('Workflow run not found.');
		const stream = new EventStream(reply.raw, {}, server.recordOf(request));
		reply.hijack();
		stream.open({ ...difyHeaders(server.profile), 'Cache-Control': 'no-cache' });
		if (run.finished === undefined) {
			await follow(server, run, stream, request.query.include_state_snapshot === 'true');
		} else {
			const around = { task_id: run.id, workflow_run_id: run.id };
			const { event, ...fields } = run.finished;
			await stream.event(pythonJson({ event, ...around, ...fields }));
		}
		await stream.end();
		return reply;
	});
}

async function follow(
	server: Server,
	run: WorkflowRun,
	stream: EventStream,
	withSnapshot: boolean,
): Promise<void> {
	await stream.ping();
	if (withSnapshot) await sayState(run, stream);
	// A pause of before is no event of the live ones: whoever did not ask for the state waits.
	if (withSnapshot && run.pause.length > 0) return;
	let isOver = false;
	const end = run.readBy(stream).then(() => {
		isOver = true;
	});
	for (let silentMs = 0; silentMs < server.silenceMs; silentMs += server.pingIntervalMs) {
		await Promise.race([end, wait(server.pingIntervalMs, server.closing)]);
		if (isOver || stream.left || server.closing.aborted) break;
		await stream.ping();
	}
	await wait(server.lingerMs, server.closing);
}

/** Where the run stands: an answer is stored only at its pauses and its end, so one under way is empty. */
async function sayState({ id, message, pause }: WorkflowRun, stream: EventStream): Promise<void> {
	const around = { task_id: id, workflow_run_id: id };
	const ids = {
		conversation_id: message.conversation_id,
		message_id: message.id,
		created_at: message.created_at,
	};
	await stream.event({
		event: 'workflow_started',
		...around,
		data: { id, inputs: message.inputs, created_at: message.created_at, reason: 'initial' },
		...ids,
	});
	const { answer } = message;
	await stream.event({ event: 'message_replace', task_id: id, answer, reason: '', ...ids });
	for (const { event, data } of pause) await stream.event({ event, ...around, data, ...ids });
}
