import type { MockDify } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';
import type { Version } from '../../../fixtures/recordings';
import { bodyOf, recording, recordingNames, VERSIONS } from '../../../fixtures/recordings';
import { DIFFERENCES } from './differences';
import { DIFY_VERSION_OF } from './versions';
import { RECORDED_APPS, Session } from './session';
import { recordedShape, shapeOf } from './shape';

/**
 * Recorded requests, sent to mock-dify as the version they were recorded from: the same status, the
 * headers that Dify sets, the same JSON, the same events in the same order with the same fields, each
 * in a chunk of its own. A version's recordings go one after another, as some need what others made.
 */

/** Requests that need more than to be sent again, and where that is done. */
const ELSEWHERE: Readonly<Record<string, RegExp>> = {
	'limit.test.ts': /^e6[0-3]_/,
	'stop.test.ts': /^f0[1-5]_/,
	'leave.test.ts': /^i0/,
	'humanInput.test.ts': /^x08_(?:events|flow_human_input_stream|form)/,
	'ping.test.ts': /^(?:a05|a06|c04|d06)_/,
};

const isElsewhere = (name: string): boolean =>
	Object.values(ELSEWHERE).some((names) => names.test(name));
/** What others need comes first, what is said a second time after the first. */
const placeOf = (name: string): string =>
	name.endsWith('_setup') ? ` ${name}` : name.replace(/_again$/, '~again');
const rows = VERSIONS.flatMap((version) =>
	recordingNames(version)
		.filter((name) => !isElsewhere(name))
		.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
		.map((name) => [version, name] as const),
);
const servers: MockDify[] = [];
const sessions = new Map<Version, Session>();

beforeAll(async () => {
	for (const version of VERSIONS) {
		const dify = await startMockDify({
			version: DIFY_VERSION_OF[version],
			apps: RECORDED_APPS,
			silenceMs: 50,
			lingerMs: 20,
		});
		servers.push(dify);
		sessions.set(version, new Session(dify));
	}
});

afterAll(async () => {
	await Promise.all(servers.map(async (server) => await server.close()));
});

it.each(rows)('%s %s', async (version, name) => {
	const recorded = recording(version, name);
	// Pages of messages go by the second in which each was sent: let it be the recorded one.
	const [, second] = /"created_at": ?(\d+)/.exec(bodyOf(recorded).toString()) ?? [];
	if (second !== undefined) jest.spyOn(Date, 'now').mockReturnValue(Number(second) * 1000);
	const answer = await (sessions.get(version) as Session).replay(recorded);
	const difference = DIFFERENCES.find(
		({ names, versions }) => names.test(name) && (versions?.includes(version) ?? true),
	);
	if (difference === undefined) {
		expect(shapeOf(answer, version)).toEqual(recordedShape(recorded));
	} else {
		// One that is gone must leave the list.
		expect(shapeOf(answer, version)).not.toEqual(recordedShape(recorded));
	}
});

it.each(DIFFERENCES)('$names is of recordings there are', ({ names, versions = VERSIONS }) => {
	expect(versions.flatMap(recordingNames)).toContainEqual(expect.stringMatching(names));
});
