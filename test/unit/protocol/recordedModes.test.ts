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

const streams = recordedStreams();

describe.each([
	['with the version', (version: Version) => version],
	['without the version', () => undefined],
])('recorded streams, read %s', (_, versionOf) => {
	it.each(streams)('%s %s has the mode of its app', (version, __, recorded) => {
		const accumulator = read(recorded, versionOf(version));
		if (accumulator.hasBegun) expect(accumulator.snapshot().mode).toBe(recorded.app_mode);
	});
});

it.each(streams)(
	'recorded streams: %s %s is done without waiting for the end',
	(version, name, recorded) => {
		const text = bodyOf(recorded).toString();
		const isEnded = /"event":"(message_end|workflow_finished|workflow_paused|error)"/.test(text);
		if (isEnded) expect([name, read(recorded, version).phase]).toEqual([name, 'done']);
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
