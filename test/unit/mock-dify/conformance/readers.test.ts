import { setTimeout as pause } from 'node:timers/promises';
import type { MockDify } from '../../../../mock-dify';
import { recording } from '../../../fixtures/recordings';
import { retryUntilPassed } from '../../../waitUntil';
import type { RawResponse } from '../rawClient';
import { ReplaySession } from './replaySession';
import { getRecordedShape, getShape } from './responseShape';
import { withMockDify } from './withMockDify';

/**
 * Several clients read the events of one run. Since Dify 1.15, a client that disconnects also ends the
 * events of all others as soon as the server notices it. See docs/dify-api.md#resuming.
 */

const VERSION = '1.16.0';
const TOKENS = Array.from({ length: 40 }, (_, index) => `tok${index} `);
const ANSWER = TOKENS.join('');
const SCENARIO = { script: { tokens: TOKENS, gapMs: 25 } };
const CHATFLOW_TIMEOUT_MS = 1_200;
const PING = 'event: ping\n\n';

/** Returns the shape of a stream without its answer. The number of tokens differs between runs. */
function withoutAnswer(shape: unknown): Record<string, unknown> {
	const { body, ...rest } = shape as { body: { shapes: string[] } };
	return { ...rest, shapes: body.shapes };
}

/** Reads the beginning of a stream, disconnects, and subscribes to the events after a pause. */
async function resume(dify: MockDify, name: string, pauseMs: number): Promise<RawResponse> {
	const session = new ReplaySession(dify);
	const disconnected = recording(VERSION, name);
	const { length } = disconnected.response.chunks;
	const response = await session.replay(disconnected, SCENARIO, { maxChunks: length });
	expect(response.ended).toBe('client_closed');
	await pause(pauseMs);
	return await session.replay(recording(VERSION, `${name}_events`));
}

/** Waits until the run has ended and its whole answer is stored. */
async function expectStoredAnswer({ store }: MockDify): Promise<void> {
	await retryUntilPassed(async () => {
		const [conversation] = store.conversations.values();
		expect(conversation?.messages[0]?.answer).toBe(ANSWER);
	});
}

it.concurrent(
	'mock-dify as Dify 1.16.0, readers: a client that subscribes before the server notices a disconnect receives only pings after it',
	async () =>
		await withMockDify(
			VERSION,
			{ disconnectNoticeMs: 400, pingIntervalMs: 300, chatflowTimeoutMs: CHATFLOW_TIMEOUT_MS },
			async (dify) => {
				const response = await resume(dify, 'y05_takeup_at_once', 0);
				const shape = withoutAnswer(getShape(response, VERSION));
				const recorded = recording(VERSION, 'y05_takeup_at_once_events');
				const recordedShape = withoutAnswer(getRecordedShape(recorded));
				// The pings have other places than in the recording.
				expect({ ...shape, shapes: new Set(shape.shapes as string[]) }).toEqual({
					...recordedShape,
					shapes: new Set(recordedShape.shapes as string[]),
				});
				expect(response.chunks.at(-1)?.toString()).toBe(PING);
				expect(response.endedAtMs).toBeGreaterThan(CHATFLOW_TIMEOUT_MS - 50);
				await expectStoredAnswer(dify);
			},
		),
);

it.concurrent(
	'mock-dify as Dify 1.16.0, readers: the server notices a disconnect at its second write',
	async () =>
		await withMockDify(
			VERSION,
			{ pingIntervalMs: 300, chatflowTimeoutMs: CHATFLOW_TIMEOUT_MS },
			async (dify) => {
				const response = await resume(dify, 'y05_takeup_at_once', 0);
				expect(response.body.toString()).not.toContain('workflow_finished');
				await expectStoredAnswer(dify);
			},
		),
);

it.concurrent(
	'mock-dify as Dify 1.16.0, readers: a client that subscribes later receives the rest of the events',
	async () =>
		await withMockDify(VERSION, {}, async (dify) => {
			const response = await resume(dify, 'y06_takeup_after_1s', 200);
			expect(withoutAnswer(getShape(response, VERSION))).toEqual(
				withoutAnswer(getRecordedShape(recording(VERSION, 'y06_takeup_after_1s_events'))),
			);
			await expectStoredAnswer(dify);
		}),
);

it.concurrent(
	'mock-dify as Dify 1.16.0, readers: a second client that disconnects cuts off the stream of the first',
	async () =>
		await withMockDify(VERSION, {}, async (dify) => {
			const session = new ReplaySession(dify);
			const first = recording(VERSION, 'za91_flow_second_reader_leaves_first');
			const second = recording(VERSION, 'za91_flow_second_reader_leaves_second');
			const recordedText = first.response.chunks.map(({ text = '' }) => text).join('');
			let secondResponse: Promise<RawResponse> | undefined;
			const firstResponse = await session.replay(first, SCENARIO, {
				onChunk: (chunk) => {
					session.mapIds(recordedText, chunk.toString());
					if (chunk.includes('"tok0 "'))
						secondResponse = session.replay(second, undefined, { maxChunks: 10 });
				},
			});
			if (secondResponse === undefined) throw new Error('The stream ended before its first token');
			expect(withoutAnswer(getShape(await secondResponse, VERSION))).toEqual(
				withoutAnswer(getRecordedShape(second)),
			);
			expect(withoutAnswer(getShape(firstResponse, VERSION))).toEqual({
				...withoutAnswer(getRecordedShape(first)),
				// The recorder calls it `eof`.
				ended: 'cut',
			});
			await expectStoredAnswer(dify);
		}),
);

it.concurrent(
	'mock-dify as Dify 1.14, readers: a client that disconnects does not affect the others',
	async () =>
		await withMockDify(VERSION, { version: '1.14' }, async (dify) => {
			const response = await resume(dify, 'y05_takeup_at_once', 0);
			expect(response.body.toString()).toContain('workflow_finished');
		}),
);
