import { findFault } from '../scenario';
import { node } from './node';
import type { EventObject, Stage } from './stage';
import type { Answer } from './tokens';
import { usageOf, ZERO_USAGE } from './usage';
import type { Outcome } from './workflowEnd';
import { finishedOf, outcomeOf, playPause } from './workflowEnd';

/** Ends a run as its app kind and Dify's version do; gives the answer as it stands then. */
export async function playEnds(stage: Stage, answer: Answer): Promise<string> {
	const { run, profile } = stage.play;
	const replace = findFault(run, 'messageReplace');
	let { text } = answer;
	const sayReplacement = async (when: 'before-end' | 'after-workflow-finished'): Promise<void> => {
		if (replace === undefined || (replace.when ?? 'before-end') !== when) return;
		({ text } = replace);
		const reason = stage.isFlow ? 'output_moderation' : '';
		await stage.say({ event: 'message_replace', answer: text, reason });
	};
	const sayMessageEnd = async (): Promise<void> => {
		if (findFault(run, 'missingMessageEnd') === undefined) {
			await stage.say(messageEndOf(stage, answer));
		}
	};

	await sayReplacement('before-end');
	if (!stage.isFlow) {
		await sayMessageEnd();
		return text;
	}
	text = `${stage.play.answerBefore ?? ''}${text}`;
	const outcome = outcomeOf(stage, answer, text);
	if (outcome.status === 'paused') {
		await playPause(stage);
		return text;
	}
	if (!answer.isStopped) {
		for (const event of lastNodesOf(stage)) await stage.sayOfFlow(event);
	}
	const finished = finishedOf(stage.play, outcome);
	stage.play.workflowRun.finished = finished;
	for (const end of endsOf(stage, outcome)) {
		if (end === 'message_end') {
			await sayMessageEnd();
		} else if (findFault(run, 'missingWorkflowFinished') === undefined) {
			await stage.sayOfFlow(finished);
			await sayReplacement('after-workflow-finished');
		}
	}
	if (outcome.status === 'failed' && profile.ends === 'finished-then-message') {
		await stage.sayError('invalid_param', 400, `Run failed: ${outcome.error}`);
	}
	return text;
}

/** What still runs when the text is there: the model, or after a person's answer what repeats it. */
function lastNodesOf({ play }: Stage): EventObject[] {
	if (play.answerBefore === undefined) return [node('node_finished', 'llm')];
	return [
		node('node_finished', 'human'),
		node('node_started', 'answer'),
		node('node_finished', 'answer'),
	];
}

/** A chatflow's terminal events in their order, by version (contract, 4.1; recordings). */
function endsOf({ play }: Stage, { status }: Outcome): Array<'message_end' | 'workflow_finished'> {
	const { ends } = play.profile;
	if (status === 'failed' || ends === 'finished-alone') return ['workflow_finished'];
	if (ends === 'finished-then-message') return ['workflow_finished', 'message_end'];
	return status === 'stopped' ? ['workflow_finished'] : ['message_end', 'workflow_finished'];
}

function messageEndOf({ play, isFlow }: Stage, { tokens, isStopped }: Answer): EventObject {
	const { app, message, run } = play;
	const script = run.script ?? {};
	return {
		event: 'message_end',
		id: message.id,
		metadata: {
			annotation_reply: null,
			retriever_resources: script.retrieverResources ?? [],
			usage: isStopped ? ZERO_USAGE : usageOf(script, tokens, app.mode),
		},
		files: isFlow ? [] : null,
	};
}
