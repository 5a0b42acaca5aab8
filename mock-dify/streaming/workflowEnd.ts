import { unixSeconds } from '../store';
import { openForm } from './form';
import type { Play } from './play';
import type { EventObject, Stage } from './stage';
import type { Answer } from './tokens';

/** What a workflow came to. */
export interface Outcome {
	status: 'succeeded' | 'failed' | 'partial-succeeded' | 'stopped' | 'paused';
	error: string | null;
	outputs: Record<string, unknown>;
}

export function outcomeOf({ play }: Stage, { isStopped }: Answer, text: string): Outcome {
	const { run, task } = play;
	const { workflowStatus = 'succeeded', workflowError = null, outputs } = run.script ?? {};
	const whole = { answer: text };
	if (isStopped || workflowStatus === 'stopped') {
		return { status: 'stopped', error: 'Stopped by user.', outputs: {} };
	}
	// Another user's stop ends no answer, and yet the workflow fails after it (recordings, f05).
	if (task.stoppedBy !== undefined && task.stoppedBy !== task.user) {
		return { status: 'failed', error: 'Aborted: User requested stop', outputs: whole };
	}
	const unless = workflowStatus === 'failed' ? {} : whole;
	return { status: workflowStatus, error: workflowError, outputs: outputs ?? unless };
}

/** `workflow_finished` (contract, 4.2). */
export function finishedOf(play: Play, { status, error, outputs }: Outcome): EventObject {
	const { app, conversation, message, workflowRun } = play;
	return {
		event: 'workflow_finished',
		data: {
			id: workflowRun.id,
			workflow_id: app.id,
			status,
			outputs,
			error,
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
export async function playPause(stage: Stage): Promise<void> {
	const { message, workflowRun } = stage.play;
	const form = openForm(stage.play);
	const pause: EventObject[] = [
		{ event: 'human_input_required', data: { ...form, display_in_ui: true } },
		{
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
		},
	];
	workflowRun.pause = pause;
	message.status = 'paused';
	for (const event of pause) await stage.sayOfFlow(event);
}
