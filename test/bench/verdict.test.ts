import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { BenchResult, Check } from '../../bench/result';
import type { ProcessOptions, ServerProcess } from '../../bench/validation/benchProcess';
import { runBench, startServer } from '../../bench/validation/benchProcess';

// The servers run in processes of their own, so that stopping the load tester does not stop them.
let server: ServerProcess;
/** Its streams wait for their first token most of the time, whenever the load tester is stopped. */
let slow: ServerProcess;
const hogs: ChildProcess[] = [];
beforeAll(async () => {
	server = await startServer(['--first-token', '100ms', '--tokens', '10', '--gap', '5ms']);
	slow = await startServer(['--first-token', '300ms', '--tokens', '2', '--gap', '5ms']);
});
afterEach(() => {
	for (const hog of hogs.splice(0)) hog.kill('SIGKILL');
});
afterAll(async () => {
	await Promise.all([server.stop(), slow.stop()]);
});

async function run(
	args: readonly string[],
	options: ProcessOptions = {},
	{ url, key } = server,
): Promise<{ code: number | null; result: BenchResult }> {
	const target = ['--url', url, '--key', key, '--query', 'Hello', '--json', '-'];
	const { code, stdout } = await runBench(['run', ...target, ...args], options);
	return { code, result: JSON.parse(stdout) as BenchResult };
}

function check({ verdict }: BenchResult, name: string): Check {
	const found = verdict.checks.find((candidate) => candidate.name === name);
	if (found === undefined) throw new Error(`The result has no check ${name}`);
	return found;
}

/** Starts more busy processes than there are cores. */
function hog(): void {
	for (let count = 0; count < 6 * availableParallelism(); count++) {
		hogs.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
	}
}

describe('dify-bench run: the measurement is not valid', () => {
	it('when other programs use the CPU', async () => {
		hog();
		// Few short streams, because a server without a core answers so late that the delays become a small share.
		const args = ['--rate', '50', '--duration', '3s', '--warmup', '0'];
		const { result } = await run(args, {}, slow);
		expect(result.outcomes.completed).toBe(150);
		expect(check(result, 'dispatch_delay').status).not.toBe('VALID');
		expect(check(result, 'client_error').status).not.toBe('VALID');
		expect(result.verdict.status).not.toBe('VALID');
	});

	it('when the load tester was stopped for a while (exit code 4 with --strict)', async () => {
		const { code, result } = await run(
			['--rate', '100', '--duration', '4s', '--warmup', '0', '--strict'],
			{
				onStart: (child) => {
					setTimeout(() => child.kill('SIGSTOP'), 2_000);
					setTimeout(() => child.kill('SIGCONT'), 3_000);
				},
			},
			slow,
		);
		expect(check(result, 'dispatch_delay').status).toBe('INVALID');
		expect(check(result, 'client_error').status).toBe('INVALID');
		expect(code).toBe(4);
		// Requests that were due during the stop are measured from their due time.
		expect(result.distributions.ttft.max).toBeGreaterThan(900);
		expect(result.distributions.dispatch_delay.max).toBeGreaterThan(800);
	});

	it('when first tokens arrived while a closed loop was stopped', async () => {
		const { result } = await run(
			['--concurrency', '20', '--requests', '120', '--warmup', '0'],
			{
				onStart: (child) => {
					setTimeout(() => child.kill('SIGSTOP'), 1_200);
					setTimeout(() => child.kill('SIGCONT'), 2_200);
				},
			},
			slow,
		);
		// The tokens of at least a tenth of the requests waited for up to a second. The client error includes it.
		expect(result.distributions.client_error.max).toBeGreaterThan(700);
		expect(check(result, 'client_error').status).toBe('INVALID');
	});

	it('when garbage collection takes too much time', async () => {
		const { result } = await run(
			['--concurrency', '100', '--requests', '1500', '--warmup', '0', '--workers', '1'],
			{
				nodeFlags: ['--gc-interval=40', '--gc-global'],
			},
		);
		expect(check(result, 'gc').status).not.toBe('VALID');
	});

	it('when a measuring thread is overloaded', async () => {
		// The server sends without any delay, so the thread reads as fast as it can.
		const busy = await startServer([
			'--first-token',
			'0',
			'--gap',
			'0',
			'--tokens',
			'2000',
			'--tokens-per-packet',
			'50',
		]);
		const { stdout } = await runBench(
			[
				'run',
				'--url',
				busy.url,
				'--key',
				busy.key,
				'--query',
				'Hello',
				'--json',
				'-',
				'--concurrency',
				'20',
				'--duration',
				'2s',
				'--workers',
				'1',
				'--warmup',
				'0',
			],
			{ nodeFlags: ['--no-opt', '--no-sparkplug'] },
		);
		await busy.stop();
		expect(check(JSON.parse(stdout) as BenchResult, 'elu').status).not.toBe('VALID');
	});

	it('when the run was interrupted', async () => {
		const { result } = await run(['--rate', '20', '--duration', '20s', '--warmup', '0'], {
			onStart: (child) => setTimeout(() => child.kill('SIGINT'), 1_500),
		});
		expect(check(result, 'plan').status).toBe('DEGRADED');
	});

	it('when this machine has no free file descriptors', async () => {
		const shell = `ulimit -n 60; exec "$0" "$@"`;
		const { result } = await runLimited(shell);
		expect(check(result, 'plan').status).toBe('INVALID');
		expect(check(result, 'plan').message).toMatch(/EMFILE.*ulimit -n/);
	});

	async function runLimited(shell: string): Promise<{ result: BenchResult }> {
		const cli = require.resolve('../../bench/dist/cli.js');
		const args = [
			'run',
			'--url',
			server.url,
			'--key',
			server.key,
			'--query',
			'Hello',
			'--json',
			'-',
			'--concurrency',
			'100',
			'--requests',
			'200',
			'--warmup',
			'0',
			'--workers',
			'1',
		];
		const child = spawn('sh', ['-c', shell, process.execPath, cli, ...args], {
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		let stdout = '';
		child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
		await new Promise((resolve) => child.on('close', resolve));
		return { result: JSON.parse(stdout) as BenchResult };
	}
});
