import { setTimeout as pause } from 'node:timers/promises';
import type { MockDify, MockDifyOptions } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';
import { recording } from '../../../fixtures/recordings';
import { eventually } from '../../../until';
import type { RawResponse } from '../rawClient';
import { sendRawRequest } from '../rawClient';
import { DIFY_VERSION_OF, RECORDED_APPS, ReplaySession } from './replaySession';
import { getRecordedShape, getShape } from './responseShape';

/**
 * Several clients read the events of one run. Since Dify 1.15, a client that disconnects also ends the
 * events of all others as soon as the server notices it. See docs/dify-api.md#resuming.
 */

const VERSION = '1.16.0';
const TOKENS = Array.from({ length: 100 }, (_, index) => `tok${index} `);
const ANSWER = TOKENS.join('');
const SCENARIO = { script: { tokens: TOKENS, gapMs: 10 } };
const CLOSED_MS = 1_200;

let dify: MockDify;

async function start(options: MockDifyOptions = {}): Promise<void> {
	dify = await startMockDify({
		version: DIFY_VERSION_OF[VERSION],
		apps: RECORDED_APPS,
		chatflowTimeoutMs: CLOSED_MS,
		...options,
	});
}

afterEach(async () => {
	await dify.close();
});

/** Returns the shape of a stream without its answer. The number of tokens differs between runs. */
function withoutAnswer(shape: unknown): unknown {
	const { body, ...rest } = shape as { body: { shapes: string[] } };
	return { ...rest, shapes: body.shapes };
}

/** Reads the beginning of a stream, disconnects, and subscribes to the events after a pause. */
async function resume(name: string, pauseMs: number): Promise<RawResponse> {
	const session = new ReplaySession(dify);
	const disconnected = recording(VERSION, name);
	const { length } = disconnected.response.chunks;
	const response = await session.replay(disconnected, SCENARIO, { maxChunks: length });
	expect(response.ended).toBe('client_closed');
	await pause(pauseMs);
	return await session.replay(recording(VERSION, `${name}_events`));
}

const getStoredAnswer = (): string | undefined =>
	[...dify.store.conversations.values()].at(-1)?.messages.at(-1)?.answer;

describe('mock-dify as Dify 1.16.0, clients of one run', () => {
	it('y05: a client that subscribes at once receives only pings until its connection ends', async () => {
		await start({ pingIntervalMs: 300 });
		const response = await resume('y05_takeup_at_once', 0);
		expect(withoutAnswer(getShape(response, VERSION))).toEqual(
			withoutAnswer(getRecordedShape(recording(VERSION, 'y05_takeup_at_once_events'))),
		);
		expect(response.endedAtMs).toBeGreaterThan(CLOSED_MS - 50);
		expect(getStoredAnswer()).toBe(ANSWER);
	});

	it('y06: a client that subscribes later receives the rest of the events', async () => {
		await start();
		const response = await resume('y06_takeup_after_1s', 200);
		expect(withoutAnswer(getShape(response, VERSION))).toEqual(
			withoutAnswer(getRecordedShape(recording(VERSION, 'y06_takeup_after_1s_events'))),
		);
		await eventually(async () => expect(getStoredAnswer()).toBe(ANSWER));
	});

	it('za91: a second client that disconnects ends the stream of the first', async () => {
		await start();
		const session = new ReplaySession(dify);
		const [first, second] = ['first', 'second'].map((client) =>
			recording(VERSION, `za91_flow_second_reader_leaves_${client}`),
		);
		if (first === undefined || second === undefined) throw new Error('Both recordings must exist');
		let secondResponse: Promise<RawResponse> | undefined;
		const firstResponse = await session.replay(first, SCENARIO, {
			onChunk: (chunk) => {
				if (secondResponse !== undefined || !chunk.includes('"tok0 "')) return;
				session.mapIds(
					first.response.chunks.map(({ text = '' }) => text).join(''),
					chunk.toString(),
				);
				const [run] = dify.store.runs.keys();
				secondResponse = sendRawRequest(
					dify.origin,
					{
						method: 'GET',
						path: `/v1/workflow/${run}/events?user=user-a`,
						headers: [['Authorization', `Bearer ${dify.key('flow-plain')}`]],
					},
					{ maxChunks: 10 },
				);
			},
		});
		expect(getShape((await secondResponse) as RawResponse, VERSION)).toMatchObject({
			ended: 'client_closed',
			body: { shapes: (getRecordedShape(second).body as { shapes: string[] }).shapes },
		});
		expect(withoutAnswer(getShape(firstResponse, VERSION))).toEqual({
			...(withoutAnswer(getRecordedShape(first)) as object),
			ended: 'cut',
		});
		await eventually(async () => expect(getStoredAnswer()).toBe(ANSWER));
	});
});

describe('mock-dify as Dify 1.14, clients of one run', () => {
	it('a client that disconnects does not affect the others', async () => {
		await start({ version: '1.14', lingerMs: 20 });
		const response = await resume('y05_takeup_at_once', 0);
		expect(response.body.toString()).toContain('workflow_finished');
	});
});
