import { setTimeout } from 'node:timers/promises';
import { recording, VERSIONS } from '../../../fixtures/recordings';
import { retryUntilPassed } from '../../../waitUntil';
import { ReplaySession } from './replaySession';
import { getRecordedShape, getShape } from './responseShape';
import { withMockDify } from './withMockDify';

/**
 * The client disconnects in the middle of an answer. Since Dify 1.13, a chatflow continues and stores
 * the whole answer. Chatbots, agents and older chatflows store no answer.
 */

const NAMES = ['i01_chat', 'i02_flow', 'i03_agent'];
const WORDS = Array.from({ length: 400 }, (_, index) => `tok${index} `);
/** The client reads the first 10 words. The rest comes in 8 pieces, which take half a second. */
const TOKENS = [
	...WORDS.slice(0, 10),
	...Array.from({ length: 8 }, (_, index) =>
		WORDS.slice(10 + index * 49, 59 + index * 49).join(''),
	),
];

it.concurrent.each(VERSIONS.flatMap((version) => NAMES.map((name) => [version, name] as const)))(
	'mock-dify as Dify %s, disconnected client: %s stores the same answer as the recorded server',
	async (version, name) =>
		await withMockDify(version, {}, async (dify) => {
			const session = new ReplaySession(dify);
			const disconnected = recording(version, `${name}_disconnect`);
			const { length } = disconnected.response.chunks;
			const response = await session.replay(
				disconnected,
				{ script: { tokens: TOKENS, gapMs: 60 } },
				{ maxChunks: length },
			);
			expect(getShape(response, version)).toEqual(getRecordedShape(disconnected));

			const expectSameResponse = async (suffix: string): Promise<void> => {
				const recorded = recording(version, `${name}_${suffix}`);
				const { body, ...rest } = getShape(await session.replay(recorded), version);
				const { body: expected, ...others } = getRecordedShape(recorded);
				expect(rest).toEqual(others);
				expect(withoutThoughts(body)).toEqual(withoutThoughts(expected));
			};
			await expectSameResponse('messages_1s_later');
			// After the time of the rest of the answer, an answer that is empty stays empty.
			await setTimeout(1_000);
			await retryUntilPassed(async () => await expectSameResponse('messages_8s_later'), 20_000);
			await expectSameResponse('next_turn_after');
			await expectSameResponse('messages_after_next_turn');
		}),
);

/** After a disconnect, Dify still stores the thoughts of an agent. mock-dify does not. */
function withoutThoughts(body: unknown): unknown {
	return JSON.parse(
		JSON.stringify(body, (key, value: unknown) => (key === 'agent_thoughts' ? [] : value)),
	);
}
