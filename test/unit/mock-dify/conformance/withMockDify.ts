import type { MockDify, MockDifyOptions } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';
import type { Version } from '../../../fixtures/recordings';
import { DIFY_VERSION_OF, RECORDED_APPS } from './replaySession';

/**
 * Runs a test against a mock-dify of its own that behaves like the recorded version. Concurrent tests
 * need this, because they do not wait for `beforeAll`.
 */
export async function withMockDify(
	version: Version,
	options: MockDifyOptions,
	test: (dify: MockDify) => Promise<void>,
): Promise<void> {
	const dify = await startMockDify({
		version: DIFY_VERSION_OF[version],
		apps: RECORDED_APPS,
		lingerMs: 1,
		// On a busy machine, a run of a second could otherwise take so long that it contains pings.
		pingIntervalMs: 60_000,
		...options,
	});
	try {
		await test(dify);
	} finally {
		await dify.close();
	}
}
