import { findFault, tokensOf } from '../scenario';
import { playBreak } from './breaks';
import type { Listener } from './listener';
import type { Play } from './play';
import { hasWorker } from './play';
import type { Stage } from './stage';

export interface Answer {
	text: string;
	tokens: number;
	/** Whether its user ended it. */
	isStopped: boolean;
}

/** A long answer's text is not kept whole: no test reads ten megabytes back. */
const MOST_KEPT = 100_000;

/** Sends the answer's tokens; `undefined` when a hazard ended the stream among them. */
export async function playTokens(stage: Stage, listener: Listener): Promise<Answer | undefined> {
	const { play, stream } = stage;
	const { run, closing } = play;
	const script = run.script ?? {};
	const { before, after } = frameOf(stage);
	const pieces: string[] = [];
	const separators =
		findFault(run, 'lineSeparators') === undefined ? [] : ['a\u2028b\u2029c\u0085d'];

	let count = 0;
	for (const piece of chain(separators, tokensOf(script))) {
		if (await playBreak(stage, count)) return undefined;
		if (stream.left && !hasWorker(play)) return undefined;
		if (closing.aborted) return undefined;
		await listener.wait(count > 0 ? (script.gapMs ?? 0) : 0);
		if (listener.isStopped) return { text: pieces.join(''), tokens: count, isStopped: true };
		await stream.packed(before + JSON.stringify(piece) + after, script.tokensPerPacket ?? 1);
		if (pieces.length < MOST_KEPT) pieces.push(piece);
		if (count === 0 && findFault(run, 'badJsonFrame') !== undefined) {
			await stream.event('{"event":"message","ans');
		}
		count++;
	}
	if (await playBreak(stage, count)) return undefined;
	await stream.flush();
	// The provider's last chunk, which carries the usage and no text. A pause may come before any (x08).
	const isSilent =
		play.answerBefore !== undefined || (script.workflowStatus === 'paused' && count === 0);
	if (script.tokensPerPacket === undefined && !isSilent) await stream.event(`${before}""${after}`);
	return { text: pieces.join(''), tokens: count, isStopped: false };
}

/** A token's event up to its text, and from there: ten megabytes in four-byte tokens are 2.6 million. */
function frameOf({ play, envelope, isFlow }: Stage): { before: string; after: string } {
	const fields = { event: textEventOf(play), ...envelope, id: play.message.id };
	return {
		before: `${JSON.stringify(fields).slice(0, -1)},"answer":`,
		after:
			play.app.mode === 'agent-chat'
				? '}'
				: `,"from_variable_selector":${isFlow ? '["llm","text"]' : 'null'}}`,
	};
}

function textEventOf({ app, run, profile, message }: Play): string {
	if (app.mode === 'agent-chat') return 'agent_message';
	const isQuirky =
		app.mode === 'chat' && profile.textInMessageFile && message.message_files.length > 0;
	return isQuirky || findFault(run, 'textInMessageFile') !== undefined ? 'message_file' : 'message';
}

function* chain(...parts: Array<Iterable<string>>): Generator<string> {
	for (const part of parts) yield* part;
}
