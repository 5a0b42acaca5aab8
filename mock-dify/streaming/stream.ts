import { findFault } from '../scenario';
import type { EventStream } from '../stream';
import { wait } from '../wait';
import { playBegin, playPreamble, playSteps } from './before';
import { playEnds } from './ends';
import { Listener } from './listener';
import type { Play } from './play';
import { hasWorker } from './play';
import { Stage } from './stage';
import { playLastThought, thoughtsOf } from './thoughts';
import { playTokens } from './tokens';

/** Streams a run as its app kind and Dify's version do. */
export async function playStream(play: Play, stream: EventStream): Promise<void> {
	const { run, message } = play;
	const stage = new Stage(play, stream);
	const listener = new Listener(play, stream);
	const thoughts = thoughtsOf(play);
	await playBegin(stage);
	await playPreamble(stage);
	await listener.wait(run.script?.firstTokenMs ?? 0);
	await playSteps(stage, thoughts);
	const answer = await playTokens(stage, listener);
	if (answer === undefined) return;
	if (!answer.isStopped) await playLastThought(stage, thoughts, answer.text);
	message.retriever_resources = run.script?.retrieverResources ?? [];
	const text = await playEnds(stage, answer);
	// A worker goes on without its reader; the others' last save never comes (recordings, i).
	if (!stream.left || hasWorker(play)) message.answer = text;
	play.workflowRun.release();
	const lingerMs = findFault(run, 'openAfterEnd')?.ms ?? (hasWorker(play) ? play.lingerMs : 0);
	await wait(lingerMs, play.closing);
	await stream.end();
}
