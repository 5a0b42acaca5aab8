import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { BenchResult, Check } from '../../bench/result';
import type { How, Served } from '../../bench/validation/benchProcess';
import { bench, serve } from '../../bench/validation/benchProcess';

// In a process of its own: what is done to the bench here must not be done to the server.
let server: Served;
/** Whose streams nearly always wait for their first token: whenever the bench is stopped, all of them do. */
let slow: Served;
const hogs: ChildProcess[] = [];
beforeAll(async () => {
	server = await serve(['--first-token', '100ms', '--tokens', '10', '--gap', '5ms']);
	slow = await serve(['--first-token', '300ms', '--tokens', '2', '--gap', '5ms']);
});
afterEach(() => {
	for (const hog of hogs.splice(0)) hog.kill('SIGKILL');
});
afterAll(async () => {
	await Promise.all([server.stop(), slow.stop()]);
});

async function run(
	args: readonly string[],
	how: How = {},
	{ url, key } = server,
): Promise<{ code: number | null; result: BenchResult }> {
	const target = ['--url', url, '--key', key, '--query', 'Hello', '--json', '-'];
	const { code, stdout } = await bench(['run', ...target, ...args], how);
	return { code, result: JSON.parse(stdout) as BenchResult };
}

function check({ verdict }: BenchResult, name: string): Check {
	const found = verdict.checks.find((candidate) => candidate.name === name);
	if (found === undefined) throw new Error(`there is no check ${name}`);
	return found;
}

/** Keeps every core busy, several times over. */
function hog(): void {
	for (let count = 0; count < 6 * availableParallelism(); count++) {
		hogs.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
	}
}

describe('the verdict on the measuring', () => {
	it('says so where other programs take the processor', async () => {
		hog();
		const { result } = await run(['--rate', '100', '--duration', '3s', '--warmup', '0']);
		expect(result.outcomes.completed).toBe(300);
		expect(check(result, 'dispatch_delay').status).not.toBe('VALID');
		expect(check(result, 'client_error').status).not.toBe('VALID');
		expect(result.verdict.status).not.toBe('VALID');
	});

	it('says so where the bench itself was stopped for a while, and --strict ends with 4', async () => {
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
		// Nobody waited less because the client slept: requests due then are measured from then.
		expect(result.distributions.ttft.max).toBeGreaterThan(900);
		expect(result.distributions.dispatch_delay.max).toBeGreaterThan(800);
	});

	it('knows of first tokens that came while it was stopped, in a closed loop too', async () => {
		const { result } = await run(
			['--concurrency', '20', '--requests', '200', '--warmup', '0'],
			{
				onStart: (child) => {
					setTimeout(() => child.kill('SIGSTOP'), 2_000);
					setTimeout(() => child.kill('SIGCONT'), 3_000);
				},
			},
			slow,
		);
		// The tokens of a tenth of the requests waited for up to a second: the bound covers it.
		expect(result.distributions.client_error.max).toBeGreaterThan(700);
		expect(check(result, 'client_error').status).toBe('INVALID');
	});

	it('says so where its own memory takes the time', async () => {
		const { result } = await run(
			['--concurrency', '100', '--requests', '1500', '--warmup', '0', '--workers', '1'],
			{
				nodeFlags: ['--gc-interval=40', '--gc-global'],
			},
		);
		expect(check(result, 'gc').status).not.toBe('VALID');
	});

	it('says so where a thread has more to do than it can', async () => {
		// No token ever waits: each thread reads as fast as it can.
		const busy = await serve([
			'--first-token',
			'0',
			'--gap',
			'0',
			'--tokens',
			'2000',
			'--tokens-per-packet',
			'50',
		]);
		const { stdout } = await bench(
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

	it('says so where the run was interrupted', async () => {
		const { result } = await run(['--rate', '20', '--duration', '20s', '--warmup', '0'], {
			onStart: (child) => setTimeout(() => child.kill('SIGINT'), 1_500),
		});
		expect(check(result, 'plan').status).toBe('DEGRADED');
	});

	it('says so where this machine runs out of files', async () => {
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
