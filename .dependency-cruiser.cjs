/**
 * Fails if modules import each other in a cycle. ESLint checks the direction of imports (eslint.config.mjs).
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
	forbidden: [
		{
			name: 'no-cycles',
			comment:
				'A cycle means that the modules cannot be understood or tested apart from each other.',
			severity: 'error',
			from: {},
			to: { circular: true },
		},
	],
	options: {
		includeOnly: '^(nodes|credentials|protocol|mock-dify|bench|dev|test)/',
		exclude: { path: '(^|/)(dist|node_modules|fixtures)/' },
		tsConfig: { fileName: 'tsconfig.json' },
		// Type imports count as well.
		tsPreCompilationDeps: true,
	},
};
