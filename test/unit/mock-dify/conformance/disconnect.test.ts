import { setTimeout } from 'node:timers/promises';
import type { MockDify } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';
import { recording, VERSIONS } from '../../../fixtures/recordings';
import { retryUntilPassed } from '../../../waitUntil';
import { DIFY_VERSION_OF, RECORDED_APPS, ReplaySession } from './replaySession';
import { getRecordedShape, getShape } from './responseShape';

/**
 * The client disconnects in the middle of an answer. Since Dify 1.13, a chatflow continues and stores
 * the whole answer. Chatbots, agents and older chatflows store no answer.
 */

const tokens = Array.from({ length: 400 }, (_, index) => `tok${index} `);

describe.each(VERSIONS)('mock-dify as Dify %s, disconnected client', (version) => {
	let dify: MockDify;

	beforeAll(async () => {
		dify = await startMockDify({
			version: DIFY_VERSION_OF[version],
			apps: RECORDED_APPS,
			lingerMs: 20,
		});
	});

	afterAll(async () => {
		await dify.close();
	});

	it.each(['i01_chat', 'i02_flow', 'i03_agent'])(
		'%s: stores the same answer as the recorded server',
		async (name) => {
			const session = new ReplaySession(dify);
			const disconnected = recording(version, `${name}_disconnect`);
			const { length } = disconnected.response.chunks;
			const response = await session.replay(
				disconnected,
				{ script: { tokens, gapMs: 2 } },
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
			// The rest of the answer takes about 1 s. After that, an answer that is empty stays empty.
			await setTimeout(1_000);
			await retryUntilPassed(async () => await expectSameResponse('messages_8s_later'));
			await expectSameResponse('next_turn_after');
			await expectSameResponse('messages_after_next_turn');
		},
	);
});

/** After a disconnect, Dify still stores the thoughts of an agent. mock-dify does not. */
function withoutThoughts(body: unknown): unknown {
	return JSON.parse(
		JSON.stringify(body, (key, value: unknown) => (key === 'agent_thoughts' ? [] : value)),
	);
}
