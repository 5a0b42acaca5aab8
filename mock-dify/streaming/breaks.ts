import type { Fault } from '../scenario';
import { wait } from '../wait';
import { hasWorker } from './play';
import type { Stage } from './stage';

type Break = Extract<Fault, { afterTokens: number }>;

/** Plays the hazard that ends the stream before the token of this number; whether there was one. */
export async function playBreak(stage: Stage, count: number): Promise<boolean> {
	const { play, stream } = stage;
	const { run, closing, message } = play;
	const hazard = run.faults?.find(
		(candidate): candidate is Break =>
			'afterTokens' in candidate && candidate.afterTokens === count,
	);
	if (hazard === undefined) return false;
	await stream.flush();
	// A reset throws away what the reader's kernel still holds: let it be read first.
	if (hazard.kind === 'reset') await wait(50, closing);
	if (hasWorker(play) && hazard.kind !== 'errorEvent') {
		// The worker knows nothing of what happened to the reader.
		stream.lose(hazard.kind);
		return false;
	}
	switch (hazard.kind) {
		case 'cut':
			await stream.end();
			return true;
		case 'reset':
			stream.reset();
			return true;
		case 'stall':
			await wait(600_000, closing);
			return true;
		case 'errorEvent': {
			const { code, status, message: said } = hazard;
			await stage.sayError(code, status, said);
			message.status = 'error';
			message.error = said;
			await stream.end();
			return true;
		}
		default:
			return hazard satisfies never;
	}
}
