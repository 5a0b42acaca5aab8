import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the package is made of. */
const SOURCES = ['nodes', 'credentials', 'protocol', 'gulpfile.js', 'package.json', 'README.md'];

/**
 * Makes build/package with gulp, unless it is newer than all it is made of.
 *
 * @throws with gulp's own complaint when the build does not succeed
 */
export async function buildPackage(root: string): Promise<void> {
	if (isBuilt(root)) return;
	const gulp = join(dirname(require.resolve('gulp')), 'bin/gulp.js');
	const child = spawn(process.execPath, [gulp, 'build', '--silent'], {
		cwd: root,
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	let complaint = '';
	child.stderr.on('data', (chunk: Buffer) => {
		complaint += chunk.toString();
	});
	const [code] = (await once(child, 'close')) as [number | null];
	if (code !== 0) throw new Error(`the build did not succeed: ${complaint}`);
}

function isBuilt(root: string): boolean {
	const build = join(root, 'build');
	if (!existsSync(join(build, 'package/package.json'))) return false;
	// The files inside a tarball carry dates of npm's own; the tarball's is that of the build.
	const tarball = readdirSync(build).find((file) => file.endsWith('.tgz'));
	if (tarball === undefined) return false;
	const builtAt = statSync(join(build, tarball)).mtimeMs;
	return SOURCES.every((source) => newestIn(join(root, source)) < builtAt);
}

function newestIn(path: string): number {
	const { mtimeMs } = statSync(path);
	if (!statSync(path).isDirectory()) return mtimeMs;
	const within = readdirSync(path).map((entry) => newestIn(join(path, entry)));
	return Math.max(mtimeMs, ...within);
}
