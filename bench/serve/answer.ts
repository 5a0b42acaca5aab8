import type { Run, Script } from '../../local-dify';
import { seeded } from '../load/arrivals';
import type { Mishap } from './hazards';

/** What each message gets: one script, and hazards in the shares that were asked for, by a seed. */
export function answerOf(script: Script, mishaps: readonly Mishap[], seed: number): () => Run {
	const random = seeded(seed);
	return () => ({
		script,
		hazards: mishaps.flatMap(({ hazard, share }) => (random() < share ? [hazard] : [])),
	});
}

/** An answer of so many words. */
export function words(count: number): string[] {
	return Array.from({ length: count }, (_, index) => `token${index} `);
}
