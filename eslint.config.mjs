import { buildScanConfig } from '@n8n/scan-community-package/scanner/scanner.mjs';
import tseslint from 'typescript-eslint';

const published = ['package.json', 'nodes/**', 'credentials/**', 'protocol/**'];

/** Matches relative imports that lead up to one of these folders or files. */
const upTo = (names, message) => ({ regex: `^(\\.\\./)+(${names.join('|')})(/|$)`, message });

/** Matches imports from the root of a layer's folder down into one of these folders. */
const downTo = (names, message) => ({ regex: `^\\./(${names.join('|')})(/|$)`, message });

/**
 * The direction of imports, type imports included. ESLint uses only the last matching entry of a rule, so each entry
 * is complete. dependency-cruiser checks for cycles (.dependency-cruiser.cjs).
 */
function importRule(files, ...patterns) {
	return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

const notTest = upTo(['test'], 'Only tests may import from test/.');
const protocolOnly = upTo(
	['mock-dify', 'bench', 'dev', 'test'],
	'The node may import only from protocol/, because it is published without the other folders.',
);
const noRuntime = {
	group: ['node:*', 'n8n-*'],
	message: 'protocol/ is independent of Node.js and n8n.',
};
const nodeLayer = (layer, forbidden) =>
	importRule(
		[`nodes/Dify/${layer}/**/*.ts`],
		protocolOnly,
		upTo(forbidden, `nodes/Dify/${layer}/ must not import from ${forbidden.join(', ')}.`),
	);

const benchBase = [
	notTest,
	upTo(['nodes', 'credentials', 'dev'], 'bench/ may import from protocol/ and mock-dify/.'),
];
const benchLayer = (layer, forbidden) =>
	importRule(
		[`bench/${layer}/**/*.ts`],
		...benchBase,
		upTo(forbidden, `bench/${layer}/ must not import from ${forbidden.join(', ')}.`),
		upTo(['mock-dify'], 'Only bench/cli/, bench/serve/ and bench/validation/ may use mock-dify/.'),
	);
const benchTools = ['serve', 'calibrate', 'overhead', 'compare', 'validation'];

const importDirection = [
	// protocol → nothing
	importRule(
		['protocol/**/*.ts'],
		noRuntime,
		upTo(
			['nodes', 'credentials', 'mock-dify', 'bench', 'dev', 'test'],
			'protocol/ must not import from other folders.',
		),
	),
	// nodes, credentials → protocol
	importRule(['nodes/**/*.ts', 'credentials/**/*.ts'], protocolOnly),
	// nodes/Dify: actions → chat, methods → helpers → transport
	nodeLayer('transport', ['helpers', 'chat', 'methods', 'actions']),
	nodeLayer('helpers', ['chat', 'methods', 'actions']),
	nodeLayer('chat', ['methods', 'actions']),
	nodeLayer('methods', ['chat', 'actions']),
	// mock-dify → protocol
	importRule(
		['mock-dify/**/*.ts'],
		notTest,
		upTo(['nodes', 'credentials', 'bench', 'dev'], 'mock-dify/ may import only from protocol/.'),
	),
	// bench: cli → load → metrics → result; thresholds → metrics, result; reports → result
	importRule(['bench/**/*.ts'], ...benchBase),
	importRule(['bench/*.ts'], ...benchBase, downTo(['cli'], 'Nothing imports from bench/cli/.')),
	importRule(['bench/{result,runConfig}.ts'], ...benchBase, {
		regex:
			'^\\./(cli|load|metrics|thresholds|reports|serve|calibrate|overhead|compare|validation)(/|$)',
		message: 'result.ts and runConfig.ts are plain data and must not import from the layers.',
	}),
	...benchTools.map((tool) =>
		importRule(
			[`bench/${tool}/**/*.ts`],
			...benchBase,
			upTo(['cli'], 'Nothing imports from bench/cli/.'),
		),
	),
	benchLayer('load', ['cli', 'thresholds', 'reports', ...benchTools]),
	benchLayer('metrics', ['cli', 'load', 'thresholds', 'reports', ...benchTools]),
	benchLayer('thresholds', ['cli', 'load', 'reports', ...benchTools]),
	benchLayer('reports', ['cli', 'load', 'metrics', 'thresholds', ...benchTools]),
	// dev → everything but test
	importRule(['dev/**/*.ts'], notTest),
];

export default [
	{
		ignores: [
			'dist/',
			'**/dist/',
			'build/',
			'coverage/',
			'node_modules/',
			'**/*.json',
			'!package.json',
			'test/fixtures/',
		],
	},
	// n8n's own review of community packages, for everything that is published. The build also runs it.
	...(await buildScanConfig()).map((config) => ({
		...config,
		files: config.files ?? published,
	})),
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
	// In tables of test cases, the rule does not see that the table's type also types the functions.
	{
		files: ['test/**/*.ts'],
		rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
	},
	// n8n's review forbids these globals in nodes/. protocol/ is bundled into the node, so they are forbidden there too.
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
		},
	},
	...importDirection,
];
