import { delay } from '../delay';
import { HttpError, invalidParam } from '../http/errors';
import { findFault, getTokens } from '../scenario';
import {
	createMetadata,
	createUsage,
	createZeroUsage,
	openForm,
	WORKFLOW_TOTALS,
} from './payloads';
import type { RunContext } from './runContext';

/**
 * Returns the body of a blocking response, after the time that a stream would have taken. See
 * docs/dify-api.md#blocking.
 *
 * @throws {HttpError} if the run fails
 */
export async function answerBlocking(context: RunContext): Promise<Record<string, unknown>> {
	const { app, scenario, message, conversation, task, run, shutdownSignal } = context;
	const script = scenario.script ?? {};
	const tokens = [...getTokens(script)];
	await script.startAfter;
	await delay((script.firstTokenMs ?? 0) + (script.gapMs ?? 0) * tokens.length, shutdownSignal);
	const errorEvent = findFault(scenario, 'errorEvent');
	if (errorEvent !== undefined || script.workflowStatus === 'failed') {
		const error = errorEvent?.message ?? script.workflowError ?? '';
		message.status = 'error';
		message.error = error;
		if (app.mode === 'advanced-chat') throw invalidParam(`Run failed: ${error}`);
		throw new HttpError(errorEvent?.status ?? 400, errorEvent?.code ?? 'invalid_param', error);
	}
	const moderatedInput = findFault(scenario, 'moderatedInput');
	const replacement = moderatedInput ?? findFault(scenario, 'messageReplace');
	message.answer = replacement?.text ?? tokens.join('');
	message.retriever_resources = script.retrieverResources ?? [];
	message.usage =
		moderatedInput === undefined ? createUsage(context, tokens.length) : createZeroUsage(context);
	const isPaused = script.workflowStatus === 'paused';
	const ids = { id: message.id, message_id: message.id, conversation_id: conversation.id };
	const answer = {
		mode: app.mode,
		answer: message.answer,
		metadata: createMetadata(context, isPaused ? null : message.usage),
		created_at: message.created_at,
	};
	if (!isPaused) return { event: 'message', task_id: task.id, ...ids, ...answer };
	message.status = 'paused';
	return {
		event: 'workflow_paused',
		task_id: task.id,
		...ids,
		...answer,
		workflow_run_id: run.id,
		data: {
			...ids,
			workflow_run_id: run.id,
			...answer,
			paused_nodes: ['human'],
			reasons: [{ TYPE: 'human_input_required', ...openForm(context) }],
			status: 'paused',
			elapsed_time: 0.2,
			...WORKFLOW_TOTALS,
		},
	};
}
