import { RunAccumulator } from '../../../protocol/stream/accumulator';
import { isBlockingBody, parseBlockingBody } from '../../../protocol/stream/blocking';
import { createSseDecoder } from '../../../protocol/stream/sseDecoder';
import type { Recording, Version } from '../../fixtures/recordings';
import {
	bodyOf,
	bytesOf,
	headerOf,
	recordedStreams,
	recording,
	recordingNames,
	VERSIONS,
} from '../../fixtures/recordings';

/** Reads a recorded stream as the node does: chunk by chunk, and no further than the end of the run. */
function read(recorded: Recording, difyVersion: string | undefined): RunAccumulator {
	const accumulator = new RunAccumulator();
	accumulator.difyVersion = difyVersion;
	const decoder = createSseDecoder((message) => {
		if (message.ok) accumulator.push(message.event);
	});
	for (const chunk of recorded.response.chunks) {
		decoder.push(bytesOf(chunk));
		if (accumulator.phase === 'done') break;
	}
	return accumulator;
}

/** Returns the recorded streams that contain one of these events. */
function streamsWith(events: string): Array<[Version, string, Recording]> {
	const pattern = new RegExp(`"event":"(?:${events})"`);
	return recordedStreams().filter(([, , recorded]) => pattern.test(bodyOf(recorded).toString()));
}

const begunStreams = streamsWith('message|agent_message|agent_thought|workflow_started');
const endedStreams = streamsWith('message_end|workflow_finished|workflow_paused|error');

it('recorded streams: almost all begin and end', () => {
	expect(begunStreams.length).toBeGreaterThan(180);
	expect(endedStreams.length).toBeGreaterThan(180);
});

describe.each([
	['with the version', (version: Version) => version],
	['without the version', () => undefined],
])('recorded streams, read %s', (_, versionOf) => {
	it.each(begunStreams)('%s %s has the mode of its app', (version, __, recorded) => {
		expect(read(recorded, versionOf(version)).snapshot().mode).toBe(recorded.app_mode);
	});
});

it.each(endedStreams)(
	'recorded streams: %s %s is done without waiting for the end',
	(version, _, recorded) => {
		expect(read(recorded, version).phase).toBe('done');
	},
);

const blocking = VERSIONS.flatMap((version) =>
	recordingNames(version)
		.map((name) => recording(version, name))
		.filter(
			({ request, response }) => request.path === '/v1/chat-messages' && response.status === 200,
		)
		.filter((recorded) => headerOf(recorded, 'content-type').startsWith('application/json'))
		.map((recorded) => [version, recorded.name, recorded] as const),
);

it.each(blocking)('recorded blocking answers: %s %s has the mode of its app', (_, __, recorded) => {
	const body: unknown = JSON.parse(bodyOf(recorded).toString());
	if (!isBlockingBody(body)) throw new Error('the body is not recognized as a blocking body');
	expect(parseBlockingBody(body).mode).toBe(recorded.app_mode);
});
