import { randomUUID } from 'node:crypto';
import { findFault } from '../scenario';
import { node } from './node';
import { hasWorker } from './play';
import type { Stage } from './stage';
import type { Thought } from './thoughts';

/** A stream's first events: pings, and the workflow's nodes up to its model. */
export async function playBegin(stage: Stage): Promise<void> {
	const { play, stream } = stage;
	if (findFault(play.run, 'pingFirst') !== undefined) await stream.ping();
	if (hasWorker(play)) await stream.ping();
	if (!stage.isFlow) return;
	const { app, conversation, message, profile } = play;
	await stage.sayOfFlow({
		event: 'workflow_started',
		data: {
			id: stage.runId,
			workflow_id: app.id,
			inputs: {
				'sys.query': message.query,
				'sys.user_id': conversation.user,
				...message.inputs,
			},
			created_at: message.created_at,
			...(profile.worker && { reason: 'initial' }),
		},
	});
	await stage.sayOfFlow(node('node_started', 'start'));
	await stage.sayOfFlow(node('node_finished', 'start'));
	await stage.sayOfFlow(node('node_started', 'llm'));
}

/** What a script has before its model's first word. */
export async function playPreamble(stage: Stage): Promise<void> {
	const { run, message } = stage.play;
	const { preamble = [], reasoning = [] } = run.script ?? {};
	for (const event of preamble) await (stage.isFlow ? stage.sayOfFlow(event) : stage.say(event));
	const huge = findFault(run, 'hugeDataLine');
	if (huge !== undefined) {
		await stage.sayOfFlow({
			event: 'node_finished',
			data: { id: 'huge', outputs: { text: 'x'.repeat(huge.bytes) } },
		});
	}
	if (findFault(run, 'unknownEvent') !== undefined) {
		await stage.say({ event: 'brand_new_event', data: {} });
	}
	for (const piece of reasoning) {
		await stage.say({
			event: 'reasoning_chunk',
			data: { message_id: message.id, reasoning: piece, node_id: 'llm', is_final: false },
		});
	}
}

/** What comes with it: an agent's steps (recordings, d06) and files. */
export async function playSteps(stage: Stage, thoughts: Thought[]): Promise<void> {
	for (const thought of thoughts) await stage.say({ event: 'agent_thought', ...thought });
	for (const file of stage.play.run.script?.files ?? []) {
		await stage.say({
			event: 'message_file',
			id: randomUUID(),
			type: 'image',
			belongs_to: 'assistant',
			url: '',
			...file,
		});
	}
}
