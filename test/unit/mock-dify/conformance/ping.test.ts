import { recording, VERSIONS } from '../../../fixtures/recordings';
import { parseScenario } from './recordedScenario';
import { ReplaySession } from './replaySession';
import { getRecordedShape, getShape } from './responseShape';
import { withMockDify } from './withMockDify';

/** A slow model, replayed 20 times as fast. The pings must be in the same places of the stream. */

const SPEED_FACTOR = 20;
const NAMES = [
	['a05_chat_stream_slow12', 12_000],
	['a06_chat_stream_slow35', 35_000],
	['c04_flow_stream_slow12', 12_000],
	['d06_agent_stream_slow12', 12_000],
] as const;

it.concurrent.each(VERSIONS.flatMap((version) => NAMES.map((row) => [version, ...row] as const)))(
	'mock-dify as Dify %s, slow model: sends pings like the recording %s',
	async (version, name, waitMs) =>
		await withMockDify(version, { pingIntervalMs: 10_000 / SPEED_FACTOR }, async (dify) => {
			const recorded = recording(version, name);
			const scenario = parseScenario(recorded);
			const slowScenario = {
				...scenario,
				script: { ...scenario?.script, firstTokenMs: waitMs / SPEED_FACTOR },
			};
			const response = await new ReplaySession(dify).replay(recorded, slowScenario);
			expect(getShape(response, version)).toEqual(getRecordedShape(recorded));
		}),
);
