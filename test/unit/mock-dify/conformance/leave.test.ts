import { setTimeout } from 'node:timers/promises';
import type { MockDify } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';
import { recording, VERSIONS } from '../../../fixtures/recordings';
import { eventually } from '../../../until';
import { DIFY_VERSION_OF } from './versions';
import { RECORDED_APPS, Session } from './session';
import { recordedShape, shapeOf } from './shape';

/**
 * A reader that leaves in the middle of an answer, and what Dify has of it later: a chatflow since 1.13
 * all of it, a chatbot or an agent, and a chatflow before, nothing ever.
 */

const tokens = Array.from({ length: 400 }, (_, index) => `tok${index} `);

describe.each(VERSIONS)('%s', (version) => {
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

	it.each(['i01_chat', 'i02_flow', 'i03_agent'])('%s', async (name) => {
		const session = new Session(dify);
		const left = recording(version, `${name}_disconnect`);
		const { length } = left.response.chunks;
		const answer = await session.replay(left, { script: { tokens, gapMs: 2 } }, { chunks: length });
		expect(shapeOf(answer, version)).toEqual(recordedShape(left));

		const expectSame = async (what: string): Promise<void> => {
			const recorded = recording(version, `${name}_${what}`);
			const { body, ...rest } = shapeOf(await session.replay(recorded), version);
			const { body: expected, ...others } = recordedShape(recorded);
			expect(rest).toEqual(others);
			expect(withoutThoughts(body)).toEqual(withoutThoughts(expected));
		};
		await expectSame('messages_1s_later');
		// As long as the rest takes: an answer that is to stay empty has had its time.
		await setTimeout(1_000);
		await eventually(async () => await expectSame('messages_8s_later'));
		await expectSame('next_turn_after');
		await expectSame('messages_after_next_turn');
	});
});

/** Dify goes on with an agent's thoughts without its reader, though not with the answer. */
function withoutThoughts(body: unknown): unknown {
	return JSON.parse(
		JSON.stringify(body, (key, value: unknown) => (key === 'agent_thoughts' ? [] : value)),
	);
}
