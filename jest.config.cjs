const isMeasured = process.env.COVERAGE === '1';

/** @type {import('jest').Config} */
module.exports = {
	// The tests run the packed code: a build with source maps leads its coverage back to nodes/ and protocol/.
	...(isMeasured && {
		collectCoverage: true,
		coverageProvider: 'v8',
		collectCoverageFrom: ['build/package/dist/**/*.js', 'protocol/**/*.ts'],
		coverageReporters: ['text'],
	}),
	// test/e2e has a configuration of its own.
	testPathIgnorePatterns: ['/node_modules/', 'test/e2e/', ...(isMeasured ? ['test/package/'] : [])],
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/**/*.test.ts'],
	transform: {
		'^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
	},
	globalSetup: '<rootDir>/test/buildPackage.ts',
	modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
	maxWorkers: 2,
	testTimeout: 30_000,
};
