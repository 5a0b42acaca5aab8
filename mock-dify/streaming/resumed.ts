import type { HumanForm, Submission } from '../humanForm';
import { EventStream } from '../stream';
import { playEnds } from './ends';
import { Listener } from './listener';
import { node } from './node';
import type { Play } from './play';
import { Stage } from './stage';
import { playTokens } from './tokens';

/** Goes on with a run whose form was filled in, for whoever reads along by then (recordings, x08). */
export async function playResumed(
	{ play: paused, definition: form }: HumanForm,
	{ action: id, inputs }: Submission,
): Promise<void> {
	const { message, store, conversation, app } = paused;
	const title = form.actions.find((action) => action.id === id)?.title;
	const script = { text: [`${title}:`, ...Object.values(inputs)].join(' ') };
	const play: Play = {
		...paused,
		run: paused.run.resumed ?? { script },
		task: { ...paused.task },
		answerBefore: message.answer,
	};
	store.tasks.set(play.task.id, play.task);
	play.workflowRun.pause = [];
	message.status = 'normal';
	const stream = new EventStream(undefined, play.run, { stamps: [], textStamps: [] });
	stream.follower = play.workflowRun;
	const stage = new Stage(play, stream);
	await stage.sayOfFlow({
		event: 'workflow_started',
		data: {
			id: play.workflowRun.id,
			workflow_id: app.id,
			inputs: { 'sys.query': message.query, 'sys.user_id': conversation.user },
			created_at: message.created_at,
			reason: 'resumption',
		},
	});
	await stage.sayOfFlow(node('node_started', 'human'));
	const { node_id, node_title, form_content } = form;
	const rendered_content = form_content.replace(/\{\{#\$output\.(\w+)#\}\}/g, (_, name: string) =>
		String(inputs[name]),
	);
	await stage.sayOfFlow({
		event: 'human_input_form_filled',
		data: { node_id, node_title, rendered_content, action_id: id, action_text: title },
	});
	const listener = new Listener(play, stream);
	await listener.wait(play.run.script?.firstTokenMs ?? 0);
	const answer = await playTokens(stage, listener);
	if (answer !== undefined) message.answer = await playEnds(stage, answer);
	play.workflowRun.release();
	store.tasks.delete(play.task.id);
}
