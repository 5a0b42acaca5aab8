const { testMatch, testPathIgnorePatterns, ...config } = require('./jest.config.cjs');

/**
 * The end-to-end tests. Each test file starts a real n8n server.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	...config,
	testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
	globalSetup: '<rootDir>/test/e2e/globalSetup.ts',
	// One n8n server at a time.
	maxWorkers: 1,
	testTimeout: 120_000,
};
