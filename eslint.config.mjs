import { buildScanConfig } from '@n8n/scan-community-package/scanner/scanner.mjs';
import tseslint from 'typescript-eslint';

const shipped = ['package.json', 'nodes/**', 'credentials/**', 'protocol/**'];

export default [
	{
		ignores: [
			'dist/',
			'build/',
			'coverage/',
			'node_modules/',
			'**/*.json',
			'!package.json',
			'test/fixtures/',
		],
	},
	// What ships: n8n's own review of community packages, so that a finding shows up in the editor.
	...(await buildScanConfig()).map((config) => ({
		...config,
		files: config.files ?? shipped,
	})),
	// Everything else is ordinary Node and gets TypeScript's ordinary rules; these also hold what ships.
	...tseslint.configs.recommended.map((config) => ({ ...config, files: ['**/*.ts'] })),
	{
		files: ['**/*.ts'],
		rules: {
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/explicit-module-boundary-types': 'error',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ varsIgnorePattern: '^_', ignoreRestSiblings: true },
			],
			eqeqeq: 'error',
		},
	},
	// The rule does not see that a table's type reaches the functions in its rows.
	{
		files: ['test/**/*.ts'],
		rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
	},
	// protocol/ is bundled into the node: what the review forbids in nodes/ it must not bring along.
	{
		files: ['protocol/**/*.ts'],
		rules: {
			'no-restricted-globals': [
				'error',
				'process',
				'global',
				'globalThis',
				'setTimeout',
				'setInterval',
				'setImmediate',
				'performance',
			],
			'no-restricted-imports': ['error', { patterns: ['node:*', 'n8n-*', '../../*'] }],
		},
	},
	{
		files: ['protocol/*.ts'],
		rules: {
			'no-restricted-imports': ['error', { patterns: ['node:*', 'n8n-*', '../*'] }],
		},
	},
];
