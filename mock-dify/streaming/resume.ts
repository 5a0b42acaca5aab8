import { SseResponse } from '../http/sseResponse';
import type { FormDefinition, FormSubmission } from '../model';
import { emitEndEvents } from './endings';
import { EventWriter } from './eventWriter';
import { Heartbeat } from './heartbeat';
import { nodeEvent, STOPPED_RESULT, workflowFinishedEvent } from './payloads';
import type { RunContext } from './runContext';
import { streamTokens } from './tokens';

/**
 * Continues a paused run after its form was submitted. The subscribers of the run receive its events.
 * See docs/dify-api.md#resuming.
 *
 * @param paused the context of the paused run
 */
export async function resumeRun(
	paused: RunContext,
	form: FormDefinition,
	{ action: actionId, inputs }: FormSubmission,
): Promise<void> {
	const { message, store, conversation, app, run } = paused;
	const { profile } = paused;
	const actionTitle = form.actions.find(({ id }) => id === actionId)?.title;
	const submission = {
		node_id: form.node_id,
		node_title: form.node_title,
		rendered_content: renderFormContent(form.form_content, inputs),
		action_id: actionId,
		action_text: actionTitle,
		...(profile.closesAllReaders && { submitted_data: inputs }),
	};
	storeSubmission(paused, form, submission);
	const defaultText = [`${actionTitle}:`, ...Object.values(inputs)].join(' ');
	run.scenario = paused.scenario.resumed ?? { script: { text: defaultText } };
	run.task = { ...paused.task };
	run.pauseEvents = [];
	const context: RunContext = {
		...paused,
		scenario: run.scenario,
		task: run.task,
		answerBeforePause: message.answer,
	};
	store.tasks.set(context.task.id, context.task);
	message.status = 'normal';
	const record = { writtenAtMs: [], tokensWrittenAtMs: [] };
	const response = new SseResponse(undefined, context.scenario, record);
	response.sink = run;
	const writer = new EventWriter(context, response);
	await writer.emitWorkflow({
		event: 'workflow_started',
		data: {
			id: run.id,
			workflow_id: app.id,
			inputs: { 'sys.query': message.query, 'sys.user_id': conversation.user },
			created_at: message.created_at,
			reason: 'resumption',
		},
	});
	await writer.emitWorkflow(nodeEvent('node_started', 'human'));
	if (profile.stopsBlockingPause && run.isBlocking) {
		run.finishedEvent = workflowFinishedEvent(context, STOPPED_RESULT);
		await writer.emitWorkflow(run.finishedEvent);
	} else {
		if (profile.sendsFormFilled)
			await writer.emitWorkflow({ event: 'human_input_form_filled', data: submission });
		const heartbeat = new Heartbeat(context, response);
		await heartbeat.wait(context.scenario.script?.firstTokenMs ?? 0);
		const answer = await streamTokens(writer, heartbeat);
		if (answer !== undefined) message.answer = await emitEndEvents(writer, answer);
	}
	run.endSubscriptions();
	store.tasks.delete(context.task.id);
}

/** Stores the submission of a form in its message, as GET /messages shows it. */
function storeSubmission(
	{ message, profile }: RunContext,
	{ form_id: formId }: FormDefinition,
	submission: Record<string, unknown>,
): void {
	const record = message.extra_contents.find(
		({ form_definition }) => form_definition?.form_id === formId,
	);
	if (record === undefined) return;
	record.submitted = true;
	record.form_definition = profile.hasFieldsOf116
		? { ...record.form_definition, form_token: null }
		: null;
	record.form_submission_data = submission;
}

/** Replaces the placeholders of the form's content, such as `{{#$output.comment#}}`. */
function renderFormContent(content: string, inputs: Record<string, unknown>): string {
	return content.replace(/\{\{#\$output\.(\w+)#\}\}/g, (_, name: string) => String(inputs[name]));
}
