const { globalSetup, testMatch, ...config } = require('./jest.config.cjs');

/**
 * The fast loop: tests of source files that need no build.
 *
 * @type {import('jest').Config}
 */
module.exports = { ...config, testMatch: ['<rootDir>/test/unit/**/*.test.ts'] };
