import { recording, VERSIONS } from '../../../fixtures/recordings';
import type { RawResponse } from '../rawClient';
import { ReplaySession } from './replaySession';
import type { ResponseShape } from './responseShape';
import { getRecordedShape, getShape } from './responseShape';
import { withMockDify } from './withMockDify';

/**
 * A stop request in the middle of an answer. A stop by the user of the message ends the answer after
 * about one second. A chatbot ignores a stop by another user. A chatflow then sends its whole answer and
 * fails.
 */

const NAMES = [
	'f01_stop_chat',
	'f02_stop_flow',
	'f03_stop_agent',
	'f04_stop_chat_wrong_user',
	'f05_stop_flow_wrong_user',
];
const TOKEN_COUNT = 60;
const FULL_ANSWER = Array.from({ length: TOKEN_COUNT }, (_, index) => `tok${index} `).join('');

/** The number of tokens before the stop differs between runs. */
function withoutAnswer(shape: ResponseShape): unknown {
	const { body, ...rest } = shape as ResponseShape & { body: { answer: string; shapes: string[] } };
	return { ...rest, shapes: body.shapes };
}

it.concurrent.each(VERSIONS.flatMap((version) => NAMES.map((name) => [version, name] as const)))(
	'mock-dify as Dify %s, stop in the middle of an answer: %s ends like the recording',
	async (version, name) =>
		await withMockDify(version, {}, async (dify) => {
			const session = new ReplaySession(dify);
			const recorded = recording(version, name);
			const tokens = FULL_ANSWER.split(/(?<= )/);
			let stopping: Promise<RawResponse> | undefined;
			const stream = await session.replay(
				recorded,
				{ script: { tokens, gapMs: 30 } },
				{
					onChunk: (chunk) => {
						if (stopping !== undefined || !chunk.includes('"tok0 "')) return;
						const first = recorded.response.chunks.map(({ text = '' }) => text).join('');
						session.mapIds(first, chunk.toString());
						stopping = session.replay(recording(version, `${name}_stop`));
					},
				},
			);
			if (stopping === undefined) throw new Error('The stream ended before its first token');
			const stop = await stopping;
			const shape = getShape(stream, version);
			expect(withoutAnswer(shape)).toEqual(withoutAnswer(getRecordedShape(recorded)));
			expect(getShape(stop, version)).toEqual(getRecordedShape(recording(version, `${name}_stop`)));
			const { answer } = shape.body as { answer: string };
			expect(FULL_ANSWER.startsWith(answer)).toBe(true);
			expect(answer === FULL_ANSWER).toBe(name.includes('wrong_user'));
		}),
);
