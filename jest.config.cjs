const isCoverageRun = process.env.COVERAGE === '1';

/**
 * All tests except test/e2e, which has its own configuration.
 *
 * @type {import('jest').Config}
 */
module.exports = {
	// The tests run the bundled code. With COVERAGE=1 the bundle has source maps, so the report shows the sources.
	...(isCoverageRun && {
		collectCoverage: true,
		coverageProvider: 'v8',
		collectCoverageFrom: ['build/package/dist/**/*.js', 'protocol/**/*.ts'],
		coverageReporters: ['text'],
	}),
	// The tests of the package check its size and content, which source maps change.
	testPathIgnorePatterns: [
		'/node_modules/',
		'test/e2e/',
		...(isCoverageRun ? ['test/package/'] : []),
	],
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/**/*.test.ts'],
	transform: {
		'^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
	},
	globalSetup: '<rootDir>/test/globalSetup.ts',
	modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
	// The tests that wait for timers (`it.concurrent`) run at the same time.
	maxConcurrency: 32,
	maxWorkers: 2,
	testTimeout: 30_000,
};
