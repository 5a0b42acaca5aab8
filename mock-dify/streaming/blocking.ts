import { invalid, Refusal } from '../failures';
import { findFault, tokensOf } from '../scenario';
import { wait } from '../wait';
import { openForm } from './form';
import type { Play } from './play';
import { usageOf } from './usage';

/**
 * The answer in one body (contract, section 5), after as long as its tokens would have taken.
 *
 * @throws {Refusal} for a run that fails
 */
export async function playBlocking(play: Play): Promise<Record<string, unknown>> {
	const { app, run, message, conversation, task, closing } = play;
	const script = run.script ?? {};
	const tokens = [...tokensOf(script)];
	await wait((script.firstTokenMs ?? 0) + (script.gapMs ?? 0) * tokens.length, closing);
	const failing = findFault(run, 'errorEvent');
	if (failing !== undefined || script.workflowStatus === 'failed') {
		const said = failing?.message ?? script.workflowError ?? '';
		message.status = 'error';
		message.error = said;
		if (app.mode === 'advanced-chat') throw invalid(`Run failed: ${said}`);
		throw new Refusal(failing?.status ?? 400, failing?.code ?? 'invalid_param', said);
	}
	message.answer = findFault(run, 'messageReplace')?.text ?? tokens.join('');
	message.retriever_resources = script.retrieverResources ?? [];
	const isPaused = script.workflowStatus === 'paused';
	const ids = { id: message.id, message_id: message.id, conversation_id: conversation.id };
	const said = {
		mode: app.mode,
		answer: message.answer,
		metadata: {
			annotation_reply: null,
			retriever_resources: message.retriever_resources,
			usage: isPaused ? null : usageOf(script, tokens.length, app.mode),
		},
		created_at: message.created_at,
	};
	if (!isPaused) return { event: 'message', task_id: task.id, ...ids, ...said };
	message.status = 'paused';
	const workflow_run_id = play.workflowRun.id;
	return {
		event: 'workflow_paused',
		task_id: task.id,
		...ids,
		...said,
		workflow_run_id,
		data: {
			...ids,
			workflow_run_id,
			...said,
			paused_nodes: ['human'],
			reasons: [{ TYPE: 'human_input_required', ...openForm(play) }],
			status: 'paused',
			elapsed_time: 0.2,
			total_tokens: 34,
			total_steps: 3,
		},
	};
}
