// clean → bundle → assets → pack → verify. `gulp` makes dist/ and build/package/, the unpacked tarball
// that the tests and the demo load, and holds both against what n8n's reviewers check.
const { execFileSync } = require('node:child_process');
const { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');
const esbuild = require('esbuild');
const { dest, parallel, series, src } = require('gulp');

const manifest = JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8'));
const PACKAGE = join(__dirname, 'build/package');
const SCANNER = dirname(require.resolve('@n8n/scan-community-package/package.json'));
const ENTRIES = [...manifest.n8n.nodes, ...manifest.n8n.credentials];

async function clean() {
	rmSync(join(__dirname, 'dist'), { recursive: true, force: true });
	rmSync(join(__dirname, 'bench/dist'), { recursive: true, force: true });
	rmSync(PACKAGE, { recursive: true, force: true });
}

/** Whole and readable: the published package has no dependencies, and reviewers read it. */
async function bundle() {
	await esbuild.build({
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
		// Maps a coverage run back to the sources; never published.
		sourcemap: process.env.COVERAGE === '1' ? 'inline' : false,
		logLevel: 'warning',
	});
}

function assets() {
	return src(['nodes/**/*.{svg,json}', 'credentials/**/*.svg'], {
		base: '.',
		encoding: false,
	}).pipe(dest('dist'));
}

/** dify-bench: the command, and its measuring threads in files of their own. */
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

/** Unpacks what `npm pack` gives into build/package. */
async function pack() {
	const build = dirname(PACKAGE);
	mkdirSync(build, { recursive: true });
	const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
	const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', build];
	const output = execFileSync(npm, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
	const [{ filename }] = Object.values(JSON.parse(output));
	execFileSync('tar', ['-xzf', join(build, filename), '-C', build]);
}

/** Fails on a file that package.json names and dist/ lacks, and on a library left outside the bundle. */
async function verify() {
	const icons = ENTRIES.flatMap((file) =>
		['dify.svg', 'dify.dark.svg'].map((icon) => join(dirname(file), icon)),
	);
	const missing = [...ENTRIES, ...icons].filter((file) => !existsSync(join(PACKAGE, file)));
	if (missing.length > 0) throw new Error(`the package lacks ${missing.join(', ')}`);
	for (const file of ENTRIES) {
		const required = readFileSync(join(PACKAGE, file), 'utf8').matchAll(/\brequire\("([^"]+)"\)/g);
		for (const [, name] of required) {
			if (name !== 'n8n-workflow') throw new Error(`${file} requires ${name}`);
		}
	}
}

/**
 * n8n's own review of community packages, on the source and on the tarball. The scanner's own verdict
 * passes warnings over; here they count.
 */
async function scan() {
	const { ESLint } = require('eslint');
	const { buildScanConfig, SOURCE_FILE_PATTERNS } = await import(
		pathToFileURL(join(SCANNER, 'scanner/scanner.mjs')).href
	);
	const runs = [
		['source', __dirname, SOURCE_FILE_PATTERNS],
		['tarball', PACKAGE, ['**/*.js', 'package.json']],
	];
	for (const [what, cwd, patterns] of runs) {
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
		console.log(`scan of the ${what}: ${results.length} files, ${findings} findings`);
		if (findings === 0) continue;
		const formatter = await eslint.loadFormatter('stylish');
		throw new Error(await formatter.format(results));
	}
}

/** Tarballs of earlier versions would only confuse. */
async function cleanTarballs() {
	if (!existsSync(dirname(PACKAGE))) return;
	for (const file of readdirSync(dirname(PACKAGE))) {
		if (file.endsWith('.tgz')) rmSync(join(dirname(PACKAGE), file));
	}
}

const build = series(clean, cleanTarballs, parallel(bundle, bench, assets), pack, verify);

exports.bench = bench;
exports.build = build;
exports.scan = scan;
exports.default = series(build, scan);
