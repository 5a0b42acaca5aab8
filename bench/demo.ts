import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startServer } from './validation/benchProcess';

/**
 * `npm run bench`: measures a mock server on loopback, so that nothing else needs to be installed.
 * Options after `--` are passed to `dify-bench run`.
 */
async function main(options: readonly string[]): Promise<number> {
	const server = await startServer(['--first-token', '200ms', '--gap', '15ms', '--tokens', '60']);
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
		// dify-bench handles Ctrl-C itself. This process must stay alive until the report is written.
		process.on('SIGINT', () => undefined);
		return await new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
	} finally {
		await server.stop();
	}
}

void main(process.argv.slice(2)).then((code) => {
	process.exitCode = code;
});
