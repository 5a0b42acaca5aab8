const { testMatch, testPathIgnorePatterns, ...config } = require('./jest.config.cjs');

/**
 * The tests in a real n8n server: apart, as they install one.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	...config,
	testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
	// A server each.
	maxWorkers: 1,
	testTimeout: 120_000,
	// The first run installs n8n.
	globalSetup: '<rootDir>/test/e2e/setup.ts',
};
