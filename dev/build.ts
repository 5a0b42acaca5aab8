import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const ROOT = join(__dirname, '..');

/** The unpacked result of `npm pack`: what n8n, the demo and the tests load. */
export const PACKAGE_DIRECTORY = join(ROOT, 'build/package');

/** Every file and folder that a build reads. */
export const BUILD_INPUTS = [
	'nodes',
	'credentials',
	'protocol',
	'mock-dify',
	'bench',
	'gulpfile.js',
	'package.json',
	'README.md',
	'LICENSE.md',
];

/** `gulp build` writes this file last. */
interface BuildRecord {
	startedAtMs: number;
	hasSourceMaps: boolean;
}

/**
 * Builds the node's package and dify-bench with `gulp build`. Does nothing if no input has changed since the
 * last build.
 *
 * @throws if the build fails; the message contains gulp's output
 */
export async function buildPackage(): Promise<void> {
	if (isUpToDate()) return;
	const gulp = join(dirname(require.resolve('gulp')), 'bin/gulp.js');
	const child = spawn(process.execPath, [gulp, 'build', '--silent'], {
		cwd: ROOT,
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	let errorOutput = '';
	child.stderr.on('data', (chunk: Buffer) => {
		errorOutput += chunk.toString();
	});
	const [code] = (await once(child, 'close')) as [number | null];
	if (code !== 0) throw new Error(`The build failed: ${errorOutput}`);
}

function isUpToDate(): boolean {
	const record = readBuildRecord();
	if (record === undefined) return false;
	// A coverage run needs source maps, and a published package must not contain them.
	if (record.hasSourceMaps !== (process.env.COVERAGE === '1')) return false;
	return BUILD_INPUTS.every((input) => lastModifiedMs(join(ROOT, input)) < record.startedAtMs);
}

/** Returns `undefined` if there is no complete build. */
function readBuildRecord(): BuildRecord | undefined {
	try {
		return JSON.parse(readFileSync(join(ROOT, 'build/build.json'), 'utf8')) as BuildRecord;
	} catch {
		return undefined;
	}
}

/** Returns when a file, or the newest file in a folder, was last modified. Ignores dist/, which is build output. */
function lastModifiedMs(path: string): number {
	const stats = statSync(path);
	if (!stats.isDirectory()) return stats.mtimeMs;
	const entries = readdirSync(path);
	const inputs = entries.filter((entry) => entry !== 'dist');
	const modifiedAtMs = inputs.map((entry) => lastModifiedMs(join(path, entry)));
	// The time of the folder itself shows that a file was deleted, except where the build writes into the folder.
	if (inputs.length === entries.length) modifiedAtMs.push(stats.mtimeMs);
	return Math.max(...modifiedAtMs);
}
