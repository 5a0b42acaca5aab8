import { startMockDify } from '../../../../mock-dify';
import { recording, VERSIONS } from '../../../fixtures/recordings';
import type { RawAnswer } from '../rawClient';
import { DIFY_VERSION_OF } from './versions';
import { RECORDED_APPS, Session } from './session';
import type { Shape } from './shape';
import { recordedShape, shapeOf } from './shape';

/**
 * A stop in the middle of an answer: by its user, it ends within a second or so; by another, a chatbot
 * takes no notice, and a chatflow gives all of its answer and then fails.
 */

const NAMES = [
	'f01_stop_chat',
	'f02_stop_flow',
	'f03_stop_agent',
	'f04_stop_chat_wrong_user',
	'f05_stop_flow_wrong_user',
];
const TOKENS = 180;
const WHOLE = Array.from({ length: TOKENS }, (_, index) => `tok${index} `).join('');

/** How much had been said by then is of no account. */
function withoutAnswer(shape: Shape): unknown {
	const { body, ...rest } = shape as Shape & { body: { answer: string; shapes: string[] } };
	return { ...rest, shapes: body.shapes };
}

describe.each(VERSIONS)('%s', (version) => {
	const answers = new Map<string, { stream: RawAnswer; stop: RawAnswer }>();

	beforeAll(async () => {
		const dify = await startMockDify({
			version: DIFY_VERSION_OF[version],
			apps: RECORDED_APPS,
			lingerMs: 20,
		});
		const stopInTheMiddle = async (name: string): Promise<void> => {
			const session = new Session(dify);
			const recorded = recording(version, name);
			const tokens = WHOLE.split(/(?<= )/);
			let stopping: Promise<RawAnswer> | undefined;
			const stream = await session.replay(
				recorded,
				{ script: { tokens, gapMs: 10 } },
				{
					onChunk: (chunk) => {
						if (stopping !== undefined || !chunk.includes('"tok0 "')) return;
						const first = recorded.response.chunks.map(({ text = '' }) => text).join('');
						session.learn(first, chunk.toString());
						stopping = session.replay(recording(version, `${name}_stop`));
					},
				},
			);
			if (stopping === undefined) throw new Error('there was nothing to stop');
			answers.set(name, { stream, stop: await stopping });
		};
		// Side by side: each takes a second.
		await Promise.all(NAMES.map(stopInTheMiddle));
		await dify.close();
	});

	it.each(NAMES)('%s', (name) => {
		const { stream, stop } = answers.get(name) as { stream: RawAnswer; stop: RawAnswer };
		const shape = shapeOf(stream, version);
		expect(withoutAnswer(shape)).toEqual(withoutAnswer(recordedShape(recording(version, name))));
		expect(shapeOf(stop, version)).toEqual(recordedShape(recording(version, `${name}_stop`)));
		const { answer } = shape.body as { answer: string };
		expect(WHOLE.startsWith(answer)).toBe(true);
		expect(answer === WHOLE).toBe(name.includes('wrong_user'));
	});
});
