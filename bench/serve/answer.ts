import type { Scenario, AnswerScript } from '../../mock-dify';
import { seededRandom } from '../load/arrivals';
import type { Mishap } from './faults';

/** What each message gets: one script, and faults in the shares that were asked for, by a seed. */
export function answerOf(
	script: AnswerScript,
	mishaps: readonly Mishap[],
	seed: number,
): () => Scenario {
	const random = seededRandom(seed);
	return () => ({
		script,
		faults: mishaps.flatMap(({ hazard, share }) => (random() < share ? [hazard] : [])),
	});
}

/** An answer of so many words. */
export function words(count: number): string[] {
	return Array.from({ length: count }, (_, index) => `token${index} `);
}
