import { startMockDify } from '../../../../mock-dify';
import { recording, VERSIONS } from '../../../fixtures/recordings';
import { DIFY_VERSION_OF } from './versions';
import { runOf } from './run';
import { RECORDED_APPS, Session } from './session';
import { recordedShape, shapeOf } from './shape';

/** A model that lets everyone wait, in a fiftieth of the time: the pings come where they came. */

const SPEED = 50;
const NAMES = [
	['a05_chat_stream_slow12', 12_000],
	['a06_chat_stream_slow35', 35_000],
	['c04_flow_stream_slow12', 12_000],
	['d06_agent_stream_slow12', 12_000],
] as const;

it.each(VERSIONS.flatMap((version) => NAMES.map((row) => [version, ...row] as const)))(
	'%s %s',
	async (version, name, waitMs) => {
		const dify = await startMockDify({
			version: DIFY_VERSION_OF[version],
			apps: RECORDED_APPS,
			lingerMs: 20,
			pingIntervalMs: 10_000 / SPEED,
		});
		const recorded = recording(version, name);
		const run = runOf(recorded);
		const slow = { ...run, script: { ...run?.script, firstTokenMs: waitMs / SPEED } };
		const answer = await new Session(dify).replay(recorded, slow);
		await dify.close();
		expect(shapeOf(answer, version)).toEqual(recordedShape(recorded));
	},
);
