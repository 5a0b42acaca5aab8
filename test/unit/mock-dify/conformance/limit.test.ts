import { startMockDify } from '../../../../mock-dify';
import { recording, VERSIONS } from '../../../fixtures/recordings';
import { until } from '../../../until';
import { DIFY_VERSION_OF } from './versions';
import { runOf } from './run';
import { RECORDED_APPS, Session } from './session';
import { recordedShape, shapeOf } from './shape';

/** An app with a limit of one, asked twice at once as it was when recorded. */

const NAMES = [
	'e60_limit1_chat_stream',
	'e61_limit1_chat_block',
	'e62_limit1_flow_stream',
	'e63_limit1_flow_block',
];

it.each(VERSIONS.flatMap((version) => NAMES.map((name) => [version, name] as const)))(
	'%s %s',
	async (version, name) => {
		const dify = await startMockDify({
			version: DIFY_VERSION_OF[version],
			apps: RECORDED_APPS,
			lingerMs: 20,
		});
		const session = new Session(dify);
		const [first, second] = ([0, 1] as const).map((n) => recording(version, `${name}_${n}`));
		if (first === undefined || second === undefined) throw new Error('there are two');

		const run = runOf(first);
		const slowed = run && { ...run, script: { ...run.script, firstTokenMs: 300 } };
		const running = session.replay(first, slowed);
		await until(() => dify.requests[0]?.body !== undefined);
		const refused = await session.replay(second);
		const answers = [shapeOf(await running, version), shapeOf(refused, version)];
		await dify.close();
		expect(answers).toEqual([recordedShape(first), recordedShape(second)]);
	},
);
