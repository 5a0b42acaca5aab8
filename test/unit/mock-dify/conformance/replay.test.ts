import type { MockDify } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';
import type { Version } from '../../../fixtures/recordings';
import { bodyOf, recording, recordingNames, VERSIONS } from '../../../fixtures/recordings';
import { DELIBERATE_DIFFERENCES } from './deliberateDifferences';
import { DIFY_VERSION_OF, RECORDED_APPS, ReplaySession } from './replaySession';
import { getRecordedShape, getShape } from './responseShape';

/**
 * Sends the recorded requests to mock-dify as the recorded version. The responses must have the same
 * status, headers and JSON, and the same events in the same order with the same fields, each event in
 * its own chunk. The recordings of a version run in order, because some need the results of others.
 */

/** The recordings that other files test, because they need more than one request. */
const TESTED_ELSEWHERE: Readonly<Record<string, RegExp>> = {
	'concurrencyLimit.test.ts': /^e6[0-3]_/,
	'stop.test.ts': /^f0[1-5]_/,
	'disconnect.test.ts': /^i0/,
	'humanInput.test.ts': /^x08_(?:events|flow_human_input_stream|form|messages)|^y0[2-4]_/,
	'readers.test.ts': /^y0[56]_|^za91_/,
	'ping.test.ts': /^(?:a05|a06|c04|d06)_/,
};

const isTestedElsewhere = (name: string): boolean =>
	Object.values(TESTED_ELSEWHERE).some((names) => names.test(name));
/** Sorts `_setup` recordings first, and `_again` recordings after those that they repeat. */
const getSortKey = (name: string): string =>
	name.endsWith('_setup') ? ` ${name}` : name.replace(/_again$/, '~again');
const rows = VERSIONS.flatMap((version) =>
	recordingNames(version)
		.filter((name) => !isTestedElsewhere(name))
		.sort((a, b) => (getSortKey(a) < getSortKey(b) ? -1 : 1))
		.map((name) => [version, name] as const),
);
const servers: MockDify[] = [];
const sessions = new Map<Version, ReplaySession>();

beforeAll(async () => {
	for (const version of VERSIONS) {
		const dify = await startMockDify({
			version: DIFY_VERSION_OF[version],
			apps: RECORDED_APPS,
			chatflowTimeoutMs: 5,
			lingerMs: 1,
		});
		servers.push(dify);
		sessions.set(version, new ReplaySession(dify));
	}
});

afterAll(async () => {
	await Promise.all(servers.map(async (server) => await server.close()));
});

it.each(rows)(
	'mock-dify as Dify %s: answers the request of %s like the recording',
	async (version, name) => {
		const recorded = recording(version, name);
		// Pages of messages depend on the second of each message, so the clock shows the recorded time.
		const [, createdAt] = /"created_at": ?(\d+)/.exec(bodyOf(recorded).toString()) ?? [];
		if (createdAt !== undefined) jest.spyOn(Date, 'now').mockReturnValue(Number(createdAt) * 1000);
		const response = await (sessions.get(version) as ReplaySession).replay(recorded);
		const difference = DELIBERATE_DIFFERENCES.find(
			({ names, versions }) => names.test(name) && (versions?.includes(version) ?? true),
		);
		if (difference === undefined) {
			expect(getShape(response, version)).toEqual(getRecordedShape(recorded));
		} else {
			// If this fails, the difference no longer exists. Remove it from the list.
			expect(getShape(response, version)).not.toEqual(getRecordedShape(recorded));
		}
	},
);

it.each(DELIBERATE_DIFFERENCES)(
	'deliberate differences: a recording matches $names',
	({ names, versions = VERSIONS }) => {
		expect(versions.flatMap(recordingNames)).toContainEqual(expect.stringMatching(names));
	},
);
