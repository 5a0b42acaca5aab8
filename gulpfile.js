// The build: clean → bundle → assets → pack → verify, and by default also scan and unpublishedRules.
// It writes dist/ and bench/dist/, and unpacks what `npm pack` would publish into build/package. The demo and the
// tests load that folder. The scan is n8n's own review of community packages.
const { execFileSync } = require('node:child_process');
const {
	existsSync,
	mkdirSync,
	readFileSync,
	readdirSync,
	rmSync,
	writeFileSync,
} = require('node:fs');
const { dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');
const esbuild = require('esbuild');
const { dest, parallel, series, src } = require('gulp');

const manifest = JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8'));
const BUILD = join(__dirname, 'build');
const PACKAGE = join(BUILD, 'package');
const BUILD_RECORD = join(BUILD, 'build.json');
const SCANNER = dirname(require.resolve('@n8n/scan-community-package/package.json'));
const ENTRIES = [...manifest.n8n.nodes, ...manifest.n8n.credentials];
const HAS_SOURCE_MAPS = process.env.COVERAGE === '1';

let startedAtMs = 0;

/** Deletes the output of earlier builds, also the tarballs of earlier versions. */
async function clean() {
	startedAtMs = Date.now();
	rmSync(BUILD_RECORD, { force: true });
	for (const folder of ['dist', 'bench/dist', 'build/package']) {
		rmSync(join(__dirname, folder), { recursive: true, force: true });
	}
	if (!existsSync(BUILD)) return;
	for (const file of readdirSync(BUILD)) {
		if (file.endsWith('.tgz')) rmSync(join(BUILD, file));
	}
}

/**
 * Bundles the node and its credential. All libraries are included, because a verified community package may not
 * have dependencies. The code is not minified, because n8n's reviewers read it.
 */
async function bundle() {
	const { metafile } = await esbuild.build({
		entryPoints: ENTRIES.map((file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts')),
		outbase: '.',
		outdir: 'dist',
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'es2022',
		external: ['n8n-workflow'],
		legalComments: 'inline',
		keepNames: true,
		// A coverage run maps the bundle back to the sources. A published package has no source maps.
		sourcemap: HAS_SOURCE_MAPS ? 'inline' : false,
		metafile: true,
		logLevel: 'warning',
	});
	writeNotices(Object.keys(metafile.inputs));
}

/**
 * Writes the licences of the bundled libraries to dist/THIRD-PARTY-NOTICES.txt, as the libraries' licences require.
 *
 * @param {string[]} inputs the files that esbuild bundled
 */
function writeNotices(inputs) {
	const folders = inputs.flatMap(
		(file) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
	);
	const notices = [...new Set(folders)].sort().map((folder) => {
		const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
		const licence = readdirSync(folder).find((file) => /^(licen[cs]e|copying)/i.test(file));
		if (licence === undefined) throw new Error(`${name} is bundled and has no licence file.`);
		return `${name} ${version}\n\n${readFileSync(join(folder, licence), 'utf8').trim()}\n`;
	});
	const head = 'This package contains code of the following libraries.\n';
	writeFileSync('dist/THIRD-PARTY-NOTICES.txt', [head, ...notices].join('\n'));
}

/** Copies icons and codex files. */
function assets() {
	return src(['nodes/**/*.{svg,json}', 'credentials/**/*.svg'], {
		base: '.',
		encoding: false,
	}).pipe(dest('dist'));
}

/** Bundles dify-bench: the command, and one file for each worker thread. */
async function bench() {
	const { dependencies } = require('./bench/package.json');
	await esbuild.build({
		entryPoints: {
			cli: 'bench/cli/index.ts',
			worker: 'bench/load/worker.ts',
			autocannon: 'bench/load/autocannonWorker.ts',
			stampServer: 'bench/calibrate/stampServer.ts',
		},
		outdir: 'bench/dist',
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node20',
		external: Object.keys(dependencies),
		keepNames: true,
		banner: { js: '#!/usr/bin/env node' },
		logLevel: 'warning',
	});
}

/** Runs `npm pack` and unpacks the tarball into build/package. */
async function pack() {
	mkdirSync(BUILD, { recursive: true });
	const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
	const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', BUILD];
	const output = execFileSync(npm, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
	const [{ filename }] = Object.values(JSON.parse(output));
	execFileSync('tar', ['-xzf', join(BUILD, filename), '-C', BUILD]);
}

/** Fails if the package lacks a file that package.json names, or if the bundle requires a library other than n8n's. */
async function verify() {
	const icons = ENTRIES.flatMap((file) =>
		['dify.svg', 'dify.dark.svg'].map((icon) => join(dirname(file), icon)),
	);
	const missing = [...ENTRIES, ...icons].filter((file) => !existsSync(join(PACKAGE, file)));
	if (missing.length > 0) throw new Error(`The package does not contain ${missing.join(', ')}.`);
	for (const file of ENTRIES) {
		const required = readFileSync(join(PACKAGE, file), 'utf8').matchAll(/\brequire\("([^"]+)"\)/g);
		for (const [, name] of required) {
			if (name === 'n8n-workflow') continue;
			throw new Error(`${file} requires ${name}. Only n8n-workflow may stay outside the bundle.`);
		}
	}
	// dev/build.ts reads this record and skips the build if no source has changed since.
	writeFileSync(BUILD_RECORD, JSON.stringify({ startedAtMs, hasSourceMaps: HAS_SOURCE_MAPS }));
}

/**
 * Runs n8n's review of community packages on the sources and on the package. n8n's own command accepts warnings.
 * Here a warning fails the build.
 */
async function scan() {
	const { ESLint } = require('eslint');
	const { buildScanConfig, SOURCE_FILE_PATTERNS } = await import(
		pathToFileURL(join(SCANNER, 'scanner/scanner.mjs')).href
	);
	const targets = [
		['source', __dirname, SOURCE_FILE_PATTERNS],
		['tarball', PACKAGE, ['**/*.js', 'package.json']],
	];
	for (const [name, cwd, patterns] of targets) {
		const eslint = new ESLint({
			cwd,
			allowInlineConfig: false,
			overrideConfigFile: true,
			overrideConfig: await buildScanConfig(),
		});
		const results = await eslint.lintFiles(patterns);
		const findings = results.reduce(
			(sum, { errorCount, warningCount }) => sum + errorCount + warningCount,
			0,
		);
		console.log(`scan of the ${name}: ${results.length} files, ${findings} findings`);
		if (findings === 0) continue;
		const formatter = await eslint.loadFormatter('stylish');
		throw new Error(await formatter.format(results));
	}
}

/** Checks the package against the rules of n8n that its scan does not contain yet. */
async function unpublishedRules() {
	require('tsx/cjs/api').register();
	const { loadCommunityPackage } = require('./dev/verification/package.ts');
	const {
		checkUnpublishedRules,
		UNPUBLISHED_RULES,
	} = require('./dev/verification/unpublishedRules.ts');
	const findings = checkUnpublishedRules(loadCommunityPackage()).filter(
		({ acceptedBecause }) => acceptedBecause === undefined,
	);
	console.log(`${UNPUBLISHED_RULES.length} unpublished rules: ${findings.length} findings`);
	if (findings.length === 0) return;
	throw new Error(findings.map(({ rule, where, what }) => `${rule}: ${where}: ${what}`).join('\n'));
}

const build = series(clean, parallel(bundle, bench, assets), pack, verify);

exports.bench = bench;
exports.build = build;
exports.scan = series(scan, unpublishedRules);
exports.default = series(build, scan, unpublishedRules);
