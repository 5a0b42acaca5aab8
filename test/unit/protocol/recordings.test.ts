import { isDeepStrictEqual } from 'node:util';
import { parseBlockingBody, isBlockingBody } from '../../../protocol/stream/blocking';
import { RunAccumulator } from '../../../protocol/stream/accumulator';
import { createSseDecoder } from '../../../protocol/stream/sseDecoder';
import type { RunResult } from '../../../protocol/stream/result';
import type { Version } from '../../fixtures/recordings';
import {
	bodyOf,
	bytesOf,
	headerOf,
	recordedStreams,
	recording,
	VERSIONS,
} from '../../fixtures/recordings';

function collect(
	bytes: Buffer,
	splits: readonly number[] = [],
): RunResult & { malformed: number; unknown: number } {
	const accumulator = new RunAccumulator();
	let malformed = 0;
	const decoder = createSseDecoder((message) => {
		if (message.ok) accumulator.push(message.event);
		else malformed++;
	});
	let start = 0;
	for (const end of [...splits, bytes.length]) {
		decoder.push(bytes.subarray(start, end));
		start = end;
	}
	decoder.end();
	return { ...accumulator.snapshot(), malformed, unknown: accumulator.unknownEventCount };
}

interface PlainEvent {
	event: string;
	answer?: string;
	workflow_run_id?: string;
	conversation_id?: string;
	message_id?: string;
	created_at?: number;
	id?: string;
	thought?: string;
}

/** Parses the JSON of each data line: a second, simpler implementation to compare with. */
function parseDataLines(text: string): PlainEvent[] {
	return text
		.split('\n')
		.filter((line) => line.startsWith('data: '))
		.map((line) => JSON.parse(line.slice(6)) as PlainEvent);
}

const streams = recordedStreams();

describe('recorded streams', () => {
	it('are present', () => {
		expect(streams.length).toBeGreaterThan(180);
	});

	it.each(streams)('%s %s gives the same result as parsing the data lines', (_, __, recorded) => {
		const bytes = bodyOf(recorded);
		const events = parseDataLines(bytes.toString());
		const result = collect(bytes);
		expect(result).toMatchObject({ malformed: 0, unknown: 0 });

		// The `message` event of a New Agent repeats the whole answer.
		const isNewAgent = recorded.app_mode === 'agent';
		let answer = '';
		for (const { event, answer: piece } of events) {
			if (event === 'message_replace' || (isNewAgent && event === 'message')) answer = piece ?? '';
			else if (['message', 'agent_message', 'message_file'].includes(event)) answer += piece ?? '';
		}
		// A chatflow that moderates the input is complete before the events of its workflow.
		const isModeratedInput =
			events[0]?.event === 'message' && recorded.app_mode === 'advanced-chat';
		const workflowEvents = isModeratedInput ? [] : events;
		const finished = workflowEvents.find(({ event }) => event === 'workflow_finished') as
			{ data: { status: string; outputs: { answer?: string } | null; id: string } } | undefined;
		expect(result.answer).toBe(answer === '' ? (finished?.data.outputs?.answer ?? '') : answer);
		expect(result.workflow?.id).toBe(
			finished?.data.id ??
				workflowEvents.find((event) => 'workflow_run_id' in event)?.workflow_run_id,
		);
		const messageEnd = events.find(({ event }) => event === 'message_end') as
			{ metadata: { usage: unknown } } | undefined;
		// A stopped workflow ends the run, so the message_end with zeros that Dify 1.12 sends after it is ignored.
		const end = finished?.data.status === 'stopped' ? undefined : messageEnd;
		expect(result.metadata.usage).toEqual(end?.metadata.usage ?? null);
		// The only files in the recordings are the ones that the user sent.
		expect(result.files).toEqual([]);
		const [first] = events;
		expect(result.conversation_id).toBe(first?.conversation_id);
		expect(result.message_id).toBe(first?.message_id);
		expect(result.created_at).toBe(first?.created_at);
		const thoughts = new Map(
			events
				.filter(({ event }) => event === 'agent_thought')
				.map((thought) => [thought.id, thought]),
		);
		expect(result.agent_thoughts.map(({ id, thought }) => [id, thought])).toEqual(
			[...thoughts.values()].map(({ id, thought }) => [id, thought]),
		);
	});
});

describe('recorded streams: result of a run, by version', () => {
	const rows: Array<[string, Partial<RunResult>]> = [
		[
			'a01_chat_stream_plain',
			{ status: 'completed', mode: 'chat', answer: 'Hello from the stub model. You said: hello' },
		],
		['c01_flow_stream_plain', { status: 'completed', mode: 'advanced-chat' }],
		['c12_flow_stream_node_fail', { status: 'failed', answer: 'never' }],
		['c13_flow_stream_node_fail_after_text', { status: 'failed' }],
		['c15_flow_stream_fail_branch_partial', { status: 'partial' }],
		['d02_agent_stream_tool', { status: 'completed', mode: 'agent-chat' }],
		['a09_chat_stream_error_mid_plain', { status: 'failed' }],
		['a13_chat_stream_empty', { status: 'completed', answer: '' }],
		['c08_flow_stream_empty', { status: 'completed', answer: '' }],
		[
			'c23_flow_stream_input_moderation_hit',
			{ status: 'completed', answer: 'Input refused by preset.' },
		],
	];
	it.each(
		VERSIONS.flatMap((version) =>
			rows.map(([name, expected]) => [version, name, expected] as const),
		),
	)('%s %s', (version, name, expected) => {
		expect(collect(bodyOf(recording(version, name)))).toMatchObject(expected);
	});

	it.each(['1.13.2', '1.14.2'] as Version[])(
		'%s: a chatflow without any answer is truncated and not empty',
		(version) => {
			const result = collect(bodyOf(recording(version, 'c20_flow_stream_missing_required_input')));
			expect(result).toMatchObject({ status: 'truncated', answer: '' });
		},
	);

	it('the answer can be replaced after workflow_finished (1.12.1)', () => {
		const result = collect(bodyOf(recording('1.12.1', 'c25_flow_stream_output_moderation')));
		const text = bodyOf(recording('1.12.1', 'c25_flow_stream_output_moderation')).toString();
		expect(text.indexOf('message_replace')).toBeGreaterThan(text.indexOf('workflow_finished'));
		expect(result.status).toBe('completed');
		expect(text).toContain(`"answer":${JSON.stringify(result.answer)},"reason"`);
	});

	it('the answer includes the text that 1.12.1 sends in message_file', () => {
		const recorded = recording('1.12.1', 'g30_chat_image_by_upload_id');
		expect(bodyOf(recorded).toString()).toContain('"event":"message_file"');
		expect(collect(bodyOf(recorded)).answer).toBe('Hello from the stub model. You said: look');
	});

	it('a paused run has its form in both response modes', () => {
		const streamed = collect(bodyOf(recording('1.14.2', 'x08_flow_human_input_stream')));
		const body: unknown = JSON.parse(
			bodyOf(recording('1.14.2', 'x08_flow_human_input_block')).toString(),
		);
		if (!isBlockingBody(body))
			throw new Error('the body of a paused run is not recognized as a blocking body');
		const blocking = parseBlockingBody(body);
		for (const { status, human_input } of [streamed, blocking]) {
			expect(status).toBe('paused');
			expect(human_input).toEqual([
				expect.objectContaining({ node_title: 'Approve', form_token: expect.any(String) }),
			]);
		}
	});
});

describe('recorded pairs: streaming and blocking mode give the same result', () => {
	it.each(
		VERSIONS.flatMap((version) =>
			[
				['a01_chat_stream_plain', 'b01_chat_block_plain'],
				['a02_chat_stream_unicode', 'b03_chat_block_unicode'],
				['a12_chat_stream_think', 'b06_chat_block_think'],
				['c01_flow_stream_plain', 'c30_flow_block_plain'],
				['c03_flow_stream_unicode', 'c36_flow_block_unicode'],
			].map((pair) => [version, ...pair] as [Version, string, string]),
		),
	)('%s: %s and %s', (version, streamName, blockName) => {
		const streamed = collect(bodyOf(recording(version, streamName)));
		const body: unknown = JSON.parse(bodyOf(recording(version, blockName)).toString());
		if (!isBlockingBody(body)) throw new Error('the body is not recognized as a blocking body');
		const blocking = parseBlockingBody(body);
		expect(blocking.answer).toBe(streamed.answer);
		expect(blocking.mode).toBe(streamed.mode);
		expect(blocking.status).toBe(streamed.status);
		expect(Object.keys(blocking.metadata)).toEqual(Object.keys(streamed.metadata));
	});
});

it('recorded streams: 2,000 random splits into chunks do not change the result', () => {
	const seed = 20261124;
	const random = mulberry32(seed);
	const small = streams.filter(([, , recorded]) => bodyOf(recorded).length < 40_000);
	const expected = new Map(small.map(([, , recorded]) => [recorded, collect(bodyOf(recorded))]));
	for (let round = 0; round < 2_000; round++) {
		const [version, name, recorded] = small[Math.floor(random() * small.length)] ?? streams[0]!;
		const bytes = bodyOf(recorded);
		const count = 1 + Math.floor(random() * 12);
		const splits = Array.from({ length: count }, () => Math.floor(random() * bytes.length)).sort(
			(a, b) => a - b,
		);
		// Faster than `expect`, which is only needed to show a difference.
		if (isDeepStrictEqual(collect(bytes, splits), expected.get(recorded))) continue;
		console.error(`seed ${seed}, round ${round}: ${version} ${name} split at ${splits.join()}`);
		expect(collect(bytes, splits)).toEqual(expected.get(recorded));
	}
});

it('recorded streams: the recorded chunks give the same result as one chunk', () => {
	for (const [, , recorded] of streams) {
		let length = 0;
		const splits = recorded.response.chunks.map((chunk) => (length += bytesOf(chunk).length));
		expect(collect(bodyOf(recorded), splits)).toEqual(collect(bodyOf(recorded)));
		expect(headerOf(recorded, 'content-type')).toBe('text/event-stream; charset=utf-8');
	}
});

/** Returns a seeded random number generator, so that a failing round can be repeated. */
function mulberry32(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
