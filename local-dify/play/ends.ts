import type { Run } from '../script';
import { hazardOf } from '../script';
import { unixSeconds } from '../store';
import { formOf } from './form';
import { node } from './node';
import type { EventObject, Stage } from './stage';
import type { Answer } from './tokens';
import { usageOf, ZERO_USAGE } from './usage';

/** Ends a run as its app kind and Dify's version do; gives the answer as it stands then. */
export async function playEnds(stage: Stage, answer: Answer): Promise<string> {
	const { run } = stage.play;
	const replace = hazardOf(run, 'messageReplace');
	let { text } = answer;
	const sayReplacement = async (when: 'before-end' | 'after-workflow-finished'): Promise<void> => {
		if (replace === undefined || (replace.when ?? 'before-end') !== when) return;
		({ text } = replace);
		const reason = stage.isFlow ? 'output_moderation' : '';
		await stage.say({ event: 'message_replace', answer: text, reason });
	};

	await sayReplacement('before-end');
	const status = answer.stopped ?? run.script?.workflowStatus ?? 'succeeded';
	if (stage.isFlow && status === 'paused') {
		await playPause(stage);
		return text;
	}
	if (stage.isFlow) await stage.sayOfFlow(node('node_finished', 'llm'));
	for (const end of endsOf(stage, status, answer, text)) {
		if (isMissing(run, end)) continue;
		if (end.event === 'message_end') {
			await stage.say(end);
			continue;
		}
		await stage.sayOfFlow(end);
		await sayReplacement('after-workflow-finished');
	}
	if (stage.isFlow && status === 'failed' && stage.play.profile.ends === 'finished-then-message') {
		await stage.sayError('invalid_param', 400, `Run failed: ${errorOf(stage, answer)}`);
	}
	return text;
}

function isMissing(run: Run, { event }: EventObject): boolean {
	if (event === 'message_end') return hazardOf(run, 'missingMessageEnd') !== undefined;
	return event === 'workflow_finished' && hazardOf(run, 'missingWorkflowFinished') !== undefined;
}

/** The terminal events in their order, by app kind and version (contract, 4.1; recordings). */
function endsOf(stage: Stage, status: string, answer: Answer, text: string): EventObject[] {
	const messageEnd = messageEndOf(stage, answer);
	if (!stage.isFlow) return [messageEnd];
	const finished = finishedOf(stage, status, errorOf(stage, answer), text);
	const { ends } = stage.play.profile;
	if (status === 'failed' || ends === 'finished-alone') return [finished];
	if (ends === 'finished-then-message') return [finished, messageEnd];
	return status === 'stopped' ? [finished] : [messageEnd, finished];
}

/** Why the workflow failed; `null` where it did not. */
function errorOf({ play }: Stage, { stopped }: Answer): string | null {
	if (stopped === 'failed') return 'Aborted: User requested stop';
	return play.run.script?.workflowError ?? null;
}

function messageEndOf({ play, isFlow }: Stage, { tokens, stopped }: Answer): EventObject {
	const { app, message, run } = play;
	const script = run.script ?? {};
	return {
		event: 'message_end',
		id: message.id,
		metadata: {
			annotation_reply: null,
			retriever_resources: script.retrieverResources ?? [],
			usage: stopped === undefined ? usageOf(script, tokens, app.mode) : ZERO_USAGE,
		},
		files: isFlow ? [] : null,
	};
}

function finishedOf(
	{ play, runId }: Stage,
	status: string,
	error: string | null,
	text: string,
): EventObject {
	const { app, conversation, message, run } = play;
	return {
		event: 'workflow_finished',
		data: {
			id: runId,
			workflow_id: app.id,
			status,
			outputs: run.script?.outputs ?? (status === 'failed' ? {} : { answer: text }),
			error: status === 'stopped' ? 'Stopped by user.' : error,
			elapsed_time: 0.4,
			total_tokens: 34,
			total_steps: 3,
			created_by: { id: app.id, user: conversation.user },
			created_at: message.created_at,
			finished_at: unixSeconds(),
			exceptions_count: status === 'partial-succeeded' ? 1 : 0,
			files: [],
		},
	};
}

/** The workflow waits for a person: its form, then the pause, and no `message_end`. */
async function playPause(stage: Stage): Promise<void> {
	const { message, run } = stage.play;
	const form = formOf(run.script ?? {});
	await stage.sayOfFlow({ event: 'human_input_required', data: { ...form, display_in_ui: true } });
	await stage.sayOfFlow({
		event: 'workflow_paused',
		data: {
			workflow_run_id: stage.runId,
			paused_nodes: ['human'],
			outputs: {},
			reasons: [{ TYPE: 'human_input_required', ...form }],
			status: 'paused',
			created_at: message.created_at,
			elapsed_time: 0.2,
			total_tokens: 34,
			total_steps: 3,
		},
	});
	message.status = 'paused';
}
