const { globalSetup, testMatch, ...config } = require('./jest.config.cjs');

/**
 * The unit tests. They import the sources, so they need no build.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	...config,
	testMatch: ['<rootDir>/test/unit/**/*.test.ts'],
	// More workers than processors: many of these tests wait for the mock server's timers.
	maxWorkers: 6,
};
