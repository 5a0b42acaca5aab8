import type { EventObject } from '../model';
import { findFault } from '../scenario';
import type { EventWriter } from './eventWriter';
import type { WorkflowResult } from './payloads';
import {
	createUsage,
	nodeEvent,
	openForm,
	WORKFLOW_TOTALS,
	workflowFinishedEvent,
	ZERO_USAGE,
} from './payloads';
import type { RunContext } from './runContext';
import type { SentAnswer } from './tokens';

type EndEvent = 'message_end' | 'workflow_finished';

/**
 * Ends a run as its app mode and Dify version do. Returns the final answer, which a
 * `message_replace` event may have changed. See docs/dify-api.md#stream-end.
 */
export async function emitEndEvents(writer: EventWriter, answer: SentAnswer): Promise<string> {
	const { context } = writer;
	const { scenario, profile, run } = context;
	const replacement = findFault(scenario, 'messageReplace');
	let { text } = answer;
	const emitReplacement = async (when: 'before-end' | 'after-workflow-finished'): Promise<void> => {
		if (replacement === undefined || (replacement.when ?? 'before-end') !== when) return;
		({ text } = replacement);
		const reason = writer.isChatflow ? 'output_moderation' : '';
		await writer.emit({ event: 'message_replace', answer: text, reason });
	};
	const emitMessageEnd = async (): Promise<void> => {
		if (findFault(scenario, 'missingMessageEnd') !== undefined) return;
		await writer.emit(messageEndEvent(context, answer));
	};

	await emitReplacement('before-end');
	if (!writer.isChatflow) {
		await emitMessageEnd();
		return text;
	}
	text = `${context.answerBeforePause ?? ''}${text}`;
	const result = getWorkflowResult(context, answer, text);
	if (result.status === 'paused') {
		await emitPause(writer);
		return text;
	}
	if (!answer.isStopped) {
		for (const event of getLastNodeEvents(context)) await writer.emitWorkflow(event);
	}
	const finishedEvent = workflowFinishedEvent(context, result);
	run.finishedEvent = finishedEvent;
	for (const event of getEndEvents(context, result)) {
		if (event === 'message_end') {
			await emitMessageEnd();
		} else if (findFault(scenario, 'missingWorkflowFinished') === undefined) {
			await writer.emitWorkflow(finishedEvent);
			await emitReplacement('after-workflow-finished');
		}
	}
	if (result.status === 'failed' && !profile.usesWorker) {
		await writer.emitError('invalid_param', 400, `Run failed: ${result.error}`);
	}
	return text;
}

/** Returns the terminal events of a chatflow in their order. See docs/dify-api.md#event-order. */
function getEndEvents({ profile }: RunContext, { status }: WorkflowResult): readonly EndEvent[] {
	if (status === 'failed') return ['workflow_finished'];
	if (status === 'stopped' && profile.usesWorker) return ['workflow_finished'];
	return profile.endEvents;
}

/** Returns the events of the nodes that end after the last token. */
function getLastNodeEvents({ answerBeforePause }: RunContext): EventObject[] {
	if (answerBeforePause === undefined) return [nodeEvent('node_finished', 'llm')];
	return [
		nodeEvent('node_finished', 'human'),
		nodeEvent('node_started', 'answer'),
		nodeEvent('node_finished', 'answer'),
	];
}

function getWorkflowResult(
	{ scenario, task }: RunContext,
	{ isStopped }: SentAnswer,
	text: string,
): WorkflowResult {
	const { workflowStatus = 'succeeded', workflowError = null, outputs } = scenario.script ?? {};
	if (isStopped || workflowStatus === 'stopped') {
		return { status: 'stopped', error: 'Stopped by user.', outputs: {} };
	}
	// A stop request of another user does not shorten the answer, but Dify reports the workflow as failed
	// (recording f05_stop_flow_wrong_user).
	if (task.stoppedBy !== undefined && task.stoppedBy !== task.user) {
		const error = 'Aborted: User requested stop';
		return { status: 'failed', error, outputs: { answer: text } };
	}
	const defaultOutputs = workflowStatus === 'failed' ? {} : { answer: text };
	return { status: workflowStatus, error: workflowError, outputs: outputs ?? defaultOutputs };
}

/** Sends the events of a workflow that waits until a person submits its form. A paused run has no `message_end`. */
async function emitPause(writer: EventWriter): Promise<void> {
	const { context } = writer;
	const { message, run } = context;
	const form = openForm(context);
	run.pauseEvents = [
		{ event: 'human_input_required', data: { ...form, display_in_ui: true } },
		{
			event: 'workflow_paused',
			data: {
				workflow_run_id: run.id,
				paused_nodes: ['human'],
				outputs: {},
				reasons: [{ TYPE: 'human_input_required', ...form }],
				status: 'paused',
				created_at: message.created_at,
				elapsed_time: 0.2,
				...WORKFLOW_TOTALS,
			},
		},
	];
	message.status = 'paused';
	for (const event of run.pauseEvents) await writer.emitWorkflow(event);
}

/** Returns a `message_end` event. See docs/dify-api.md#message-end. */
function messageEndEvent(
	{ app, message, scenario }: RunContext,
	{ tokenCount, isStopped }: SentAnswer,
): EventObject {
	const script = scenario.script ?? {};
	return {
		event: 'message_end',
		id: message.id,
		metadata: {
			annotation_reply: null,
			retriever_resources: script.retrieverResources ?? [],
			usage: isStopped ? ZERO_USAGE : createUsage(script, tokenCount, app.mode),
		},
		files: app.mode === 'advanced-chat' ? [] : null,
	};
}
