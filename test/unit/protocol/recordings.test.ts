import { parseBlockingBody, isBlockingBody } from '../../../protocol/stream/blocking';
import { RunAccumulator } from '../../../protocol/stream/accumulator';
import { createSseDecoder, decode } from '../../../protocol/stream/sseDecoder';
import type { RunResult } from '../../../protocol/stream/result';
import type { Version } from '../../fixtures/recordings';
import { bodyOf, headerOf, recordedStreams, recording, VERSIONS } from '../../fixtures/recordings';

function collect(
	bytes: Buffer,
	cuts: readonly number[] = [],
): RunResult & { bad: number; unknown: number } {
	const collector = new RunAccumulator();
	let bad = 0;
	const decoder = createSseDecoder((frame) => {
		if (frame.ok) collector.push(frame.event);
		else bad++;
	});
	let from = 0;
	for (const to of [...cuts, bytes.length]) {
		decoder.push(bytes.subarray(from, to));
		from = to;
	}
	decoder.end();
	return { ...collector.snapshot(), bad, unknown: collector.unknownEvents };
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

/** The same, read in the plainest way there is: each data line's JSON, one after another. */
function naive(text: string): PlainEvent[] {
	return text
		.split('\n')
		.filter((line) => line.startsWith('data: '))
		.map((line) => JSON.parse(line.slice(6)) as PlainEvent);
}

const streams = recordedStreams();

describe('every recorded stream', () => {
	it('is there', () => {
		expect(streams.length).toBeGreaterThan(180);
	});

	it.each(streams)('%s %s is collected as a plain reading has it', (_, __, recorded) => {
		const bytes = bodyOf(recorded);
		const events = naive(bytes.toString());
		const result = collect(bytes);
		expect(result).toMatchObject({ bad: 0, unknown: 0 });

		let answer = '';
		for (const { event, answer: piece } of events) {
			if (event === 'message_replace') answer = piece ?? '';
			else if (['message', 'agent_message', 'message_file'].includes(event)) answer += piece ?? '';
		}
		const finished = events.find(({ event }) => event === 'workflow_finished') as
			{ data: { status: string; outputs: { answer?: string }; id: string } } | undefined;
		expect(result.answer).toBe(answer === '' ? (finished?.data.outputs.answer ?? '') : answer);
		expect(result.workflow?.id).toBe(
			finished?.data.id ?? events.find((event) => 'workflow_run_id' in event)?.workflow_run_id,
		);
		const lastWord = events.find(({ event }) => event === 'message_end') as
			{ metadata: { usage: unknown }; files: unknown[] | null } | undefined;
		// A workflow that was stopped is over: nobody waits for the zeros that 1.12 says after it.
		const end = finished?.data.status === 'stopped' ? undefined : lastWord;
		expect(result.metadata.usage).toEqual(end?.metadata.usage ?? null);
		expect(result.files).toEqual(end?.files ?? []);
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

describe('how runs end, by version', () => {
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
		'%s: a chatflow that says nothing is truncated, not empty',
		(version) => {
			const result = collect(bodyOf(recording(version, 'c20_flow_stream_missing_required_input')));
			expect(result).toMatchObject({ status: 'truncated', answer: '' });
		},
	);

	it('knows that the text may change after workflow_finished (1.12.1)', () => {
		const result = collect(bodyOf(recording('1.12.1', 'c25_flow_stream_output_moderation')));
		const text = bodyOf(recording('1.12.1', 'c25_flow_stream_output_moderation')).toString();
		expect(text.indexOf('message_replace')).toBeGreaterThan(text.indexOf('workflow_finished'));
		expect(result.status).toBe('completed');
		expect(text).toContain(`"answer":${JSON.stringify(result.answer)},"reason"`);
	});

	it('reads the text that 1.12.1 hides in message_file', () => {
		const recorded = recording('1.12.1', 'g30_chat_image_by_upload_id');
		expect(bodyOf(recorded).toString()).toContain('"event":"message_file"');
		expect(collect(bodyOf(recorded)).answer).toBe('Hello from the stub model. You said: look');
	});

	it('hands a paused run its form, streamed or not', () => {
		const streamed = collect(bodyOf(recording('1.14.2', 'x08_flow_human_input_stream')));
		const body: unknown = JSON.parse(
			bodyOf(recording('1.14.2', 'x08_flow_human_input_block')).toString(),
		);
		if (!isBlockingBody(body)) throw new Error('a paused body is an answer');
		const blocking = parseBlockingBody(body);
		for (const { status, human_input } of [streamed, blocking]) {
			expect(status).toBe('paused');
			expect(human_input).toEqual([
				expect.objectContaining({ node_title: 'Approve', form_token: expect.any(String) }),
			]);
		}
	});
});

describe('streaming and blocking twins give the same', () => {
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
	)('%s %s and %s', (version, streamName, blockName) => {
		const streamed = collect(bodyOf(recording(version, streamName)));
		const body: unknown = JSON.parse(bodyOf(recording(version, blockName)).toString());
		if (!isBlockingBody(body)) throw new Error('it is an answer');
		const blocking = parseBlockingBody(body);
		expect(blocking.answer).toBe(streamed.answer);
		expect(blocking.mode).toBe(streamed.mode);
		expect(blocking.status).toBe(streamed.status);
		expect(Object.keys(blocking.metadata)).toEqual(Object.keys(streamed.metadata));
	});
});

it('collects the same however the bytes are cut: 2,000 random cuts', async () => {
	const seed = 20261124;
	const random = mulberry32(seed);
	const small = streams.filter(([, , recorded]) => bodyOf(recorded).length < 40_000);
	const whole = new Map(small.map(([, , recorded]) => [recorded, collect(bodyOf(recorded))]));
	for (let round = 0; round < 2_000; round++) {
		const [version, name, recorded] = small[Math.floor(random() * small.length)] ?? streams[0]!;
		const bytes = bodyOf(recorded);
		const count = 1 + Math.floor(random() * 12);
		const cuts = Array.from({ length: count }, () => Math.floor(random() * bytes.length)).sort(
			(a, b) => a - b,
		);
		try {
			expect(collect(bytes, cuts)).toEqual(whole.get(recorded));
		} catch (error) {
			throw new Error(`seed ${seed}, round ${round}: ${version} ${name} cut at ${cuts.join()}`, {
				cause: error,
			});
		}
	}
});

it('decodes the same by pushing and by pulling', async () => {
	for (const [, , recorded] of streams.slice(0, 20)) {
		const pushed: unknown[] = [];
		const decoder = createSseDecoder((frame) => pushed.push(frame));
		const chunks = recorded.response.chunks.map(({ text }) => Buffer.from(text ?? ''));
		for (const chunk of chunks) decoder.push(chunk);
		decoder.end();
		const pulled: unknown[] = [];
		for await (const frame of decode(of(chunks))) pulled.push(frame);
		expect(pulled).toEqual(pushed);
		expect(headerOf(recorded, 'content-type')).toBe('text/event-stream; charset=utf-8');
	}
});

async function* of<Value>(values: Value[]): AsyncGenerator<Value> {
	yield* values;
}

/** A small seeded generator, so that a failing round can be run again. */
function mulberry32(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
