/** @type {import('jest').Config} */
module.exports = {
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
