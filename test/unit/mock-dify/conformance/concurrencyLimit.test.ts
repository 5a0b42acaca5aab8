import { recording, VERSIONS } from '../../../fixtures/recordings';
import { waitUntil } from '../../../waitUntil';
import { parseScenario } from './recordedScenario';
import { ReplaySession } from './replaySession';
import { getRecordedShape, getShape } from './responseShape';
import { withMockDify } from './withMockDify';

/** An app with a limit of one request receives two requests at the same time, as in the recordings. */

const NAMES = [
	'e60_limit1_chat_stream',
	'e61_limit1_chat_block',
	'e62_limit1_flow_stream',
	'e63_limit1_flow_block',
];

it.concurrent.each(VERSIONS.flatMap((version) => NAMES.map((name) => [version, name] as const)))(
	'mock-dify as Dify %s, concurrency limit: answers both requests of %s like the recording',
	async (version, name) =>
		await withMockDify(version, {}, async (dify) => {
			const session = new ReplaySession(dify);
			const [first, second] = ([0, 1] as const).map((n) => recording(version, `${name}_${n}`));
			if (first === undefined || second === undefined)
				throw new Error('Both recordings must exist');

			const scenario = parseScenario(first);
			// The first run produces its first token only after the second request was answered.
			let startFirst = (): void => {};
			const startAfter = new Promise<void>((resolve) => {
				startFirst = resolve;
			});
			const waitingScenario = scenario && {
				...scenario,
				script: { ...scenario.script, startAfter },
			};
			const firstResponse = session.replay(first, waitingScenario);
			await waitUntil(() => dify.requests[0]?.body !== undefined, 20_000);
			const secondResponse = await session.replay(second);
			startFirst();
			const shapes = [getShape(await firstResponse, version), getShape(secondResponse, version)];
			expect(shapes).toEqual([getRecordedShape(first), getRecordedShape(second)]);
		}),
);
