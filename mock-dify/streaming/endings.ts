import type { EventObject } from '../model';
import { findFault } from '../scenario';
import type { EventWriter } from './eventWriter';
import type { WorkflowResult } from './payloads';
import {
	createMetadata,
	createUsage,
	createZeroUsage,
	nodeEvent,
	openForm,
	STOPPED_RESULT,
	WORKFLOW_TOTALS,
	workflowFinishedEvent,
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
	const { message } = context;
	let { text } = answer;
	message.usage = answer.isStopped
		? createZeroUsage(context)
		: createUsage(context, answer.tokenCount);
	const emitReplacement = async (when: 'before-end' | 'after-workflow-finished'): Promise<void> => {
		if (replacement === undefined || (replacement.when ?? 'before-end') !== when) return;
		({ text } = replacement);
		const reason = writer.isChatflow ? 'output_moderation' : '';
		await writer.emit({ event: 'message_replace', answer: text, reason });
	};
	const emitMessageEnd = async (): Promise<void> => {
		if (findFault(scenario, 'missingMessageEnd') !== undefined) return;
		await writer.emit(messageEndEvent(context));
	};

	const sentText = `${context.answerBeforePause ?? ''}${text}`;
	await emitReplacement('before-end');
	if (!writer.isChatflow) {
		if (context.app.mode === 'agent') text = await emitClosingMessage(writer, text);
		await emitMessageEnd();
		return text;
	}
	if (text === answer.text) text = sentText;
	// The outputs of the workflow contain the text before moderation (c25_flow_stream_output_moderation).
	const result = getWorkflowResult(context, answer, sentText);
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

/** Sends the whole answer of a New Agent again. Returns it. See docs/dify-api.md#app-kinds. */
async function emitClosingMessage(writer: EventWriter, text: string): Promise<string> {
	const { message, scenario } = writer.context;
	const answer = scenario.script?.closingText ?? text;
	await writer.emit({ event: 'message', id: message.id, answer, from_variable_selector: [] });
	return answer;
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
	{ scenario, task, profile }: RunContext,
	{ isStopped }: SentAnswer,
	text: string,
): WorkflowResult {
	const { workflowStatus = 'succeeded', workflowError = null, outputs } = scenario.script ?? {};
	if (isStopped || workflowStatus === 'stopped') {
		return STOPPED_RESULT;
	}
	// If another user requested the stop, the answer is complete, but the workflow is failed or stopped
	// (f05_stop_flow_wrong_user).
	if (task.stoppedBy !== undefined && task.stoppedBy !== task.user) {
		const error = 'Aborted: User requested stop';
		return { status: profile.wrongUserStopStatus, error, outputs: { answer: text } };
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
export function messageEndEvent(context: RunContext): EventObject {
	const { message } = context;
	return {
		event: 'message_end',
		id: message.id,
		metadata: createMetadata(context, message.usage),
		files: getMessageEndFiles(context),
	};
}

/** Returns the files of the answer. Since Dify 1.13, they are the files that the user sent. */
function getMessageEndFiles({ app, profile, message }: RunContext): unknown[] | null {
	if (app.mode === 'advanced-chat') return [];
	if (message.message_files.length === 0 || !profile.usesWorker)
		return profile.hasFieldsOf116 ? [] : null;
	return message.message_files.map(
		({ id, filename = '', size, mime_type, transfer_method, type, url, upload_file_id }) => ({
			related_id: id,
			extension: `.${filename.split('.').at(-1)}`,
			filename,
			size,
			mime_type,
			transfer_method,
			type,
			url,
			upload_file_id: upload_file_id ?? '',
			remote_url: transfer_method === 'remote_url' ? url : '',
		}),
	);
}
