import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';

/** Before any test: the package as `npm pack` gives it, unpacked into build/package. */
export default function buildPackage(): void {
	const root = join(__dirname, '..');
	const gulp = join(dirname(require.resolve('gulp')), 'bin/gulp.js');
	execFileSync(process.execPath, [gulp, 'build', '--silent'], { cwd: root, stdio: 'inherit' });
}
