import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { serve } from './validation/benchProcess';

/**
 * `npm run bench`: measures a server of our own on loopback, with nothing else installed. Options
 * after `--` are those of `dify-bench run`.
 */
async function main(options: readonly string[]): Promise<number> {
	const server = await serve(['--first-token', '200ms', '--gap', '15ms', '--tokens', '60']);
	try {
		const isGiven = (flags: RegExp): boolean => options.some((option) => flags.test(option));
		const args = [
			join(__dirname, 'dist/cli.js'),
			...['run', '--url', server.url, '--query', 'Hello'],
			...(isGiven(/^--(concurrency|rate|ramp)\b/) ? [] : ['--concurrency', '20']),
			...(isGiven(/^--(duration|requests)\b/) ? [] : ['--duration', '10s']),
			...options,
		];
		const env = { ...process.env, DIFY_API_KEY: server.key };
		const child = spawn(process.execPath, args, { stdio: 'inherit', env });
		// Ctrl-C is the bench's to answer; this waits for its report.
		process.on('SIGINT', () => undefined);
		return await new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
	} finally {
		await server.stop();
	}
}

void main(process.argv.slice(2)).then((code) => {
	process.exitCode = code;
});
