import type { BenchResult } from '../../bench/result';
import type { CalibrationLevel } from '../../bench/calibrationResult';
import { runBench, startServer } from '../../bench/validation/benchProcess';

describe('dify-bench calibrate:', () => {
	it('compares the measured times with the stamps of a server in another process', async () => {
		const args = [
			'--streams',
			'10',
			'--first-token',
			'50ms',
			'--gap',
			'5ms',
			'--tokens',
			'20',
			'--duration',
			'2s',
		];
		const { stdout } = await runBench(['calibrate', ...args, '--json', '-']);
		const { format, levels } = JSON.parse(stdout) as { format: string; levels: CalibrationLevel[] };
		expect(format).toBe('dify-bench-calibration/1');
		const [level] = levels;
		// 10 streams of 145 ms each, for 2 s, 20 tokens and an end each.
		expect(level?.first_tokens.count).toBe(138);
		expect(level?.events.count).toBe(138 * 21);
		// Any machine reaches these limits. `npm run prove -- accuracy` checks stricter ones.
		expect(level?.first_tokens.p50).toBeGreaterThan(0);
		expect(level?.first_tokens.p50).toBeLessThan(20);
		expect(level?.held_percent).toBeGreaterThan(80);
	});

	it('prints a table and how many streams this machine can measure', async () => {
		const { stdout } = await runBench(['calibrate', '--streams', '5', '--duration', '1s']);
		expect(stdout).toMatch(/streams +workers +events\/s/);
		expect(stdout).toMatch(
			/can measure up to 5 concurrent streams validly|Not even the smallest number of streams can be measured validly/,
		);
	});
});

// Other programs can disturb a single measurement. A real error also fails the retries.
jest.retryTimes(2);

describe('dify-bench run --engine autocannon:', () => {
	it('measures the same TTFT as the dispatch engine, within 5 %', async () => {
		const server = await startServer(['--first-token', '300ms', '--gap', '2ms', '--tokens', '20']);
		const p50s: number[] = [];
		try {
			for (const engine of ['dispatch', 'autocannon']) {
				const target = ['--url', server.url, '--key', server.key, '--query', 'Hello'];
				const { stdout } = await runBench([
					'run',
					...target,
					'--engine',
					engine,
					'--concurrency',
					'10',
					'--requests',
					'60',
					'--json',
					'-',
				]);
				const { outcomes, distributions } = JSON.parse(stdout) as BenchResult;
				expect(outcomes.completed).toBe(60);
				p50s.push(distributions.ttft.percentiles.p50?.value ?? Number.NaN);
			}
		} finally {
			await server.stop();
		}
		const [dispatch = 0, autocannon = 0] = p50s;
		expect(Math.abs(dispatch - autocannon) / autocannon).toBeLessThan(0.05);
	});

	it.each([
		['cut=5', { truncated: 8 }],
		['http=429', { http_429: 8 }],
		['errorEvent=5', { dify_error: 8 }],
	])('counts the fault %s as its outcome', async (fault, expected) => {
		const server = await startServer(['--tokens', '20', '--fault', fault]);
		try {
			const target = ['--url', server.url, '--key', server.key, '--query', 'Hello'];
			const { stdout } = await runBench([
				'run',
				...target,
				'--engine',
				'autocannon',
				'--requests',
				'8',
				'--concurrency',
				'2',
				'--json',
				'-',
			]);
			const { outcomes } = JSON.parse(stdout) as BenchResult;
			expect(Object.fromEntries(Object.entries(outcomes).filter(([, count]) => count > 0))).toEqual(
				expected,
			);
		} finally {
			await server.stop();
		}
	});
});

describe('dify-bench serve:', () => {
	it('sends the configured answer as the configured version of Dify', async () => {
		const server = await startServer(['--profile', '1.14', '--tokens', '3', '--first-token', '0']);
		try {
			const answer = await fetch(`${server.url}/chat-messages`, {
				method: 'POST',
				headers: { Authorization: `Bearer ${server.key}`, 'Content-Type': 'application/json' },
				body: JSON.stringify({ query: 'Hello', user: 'u', inputs: {}, response_mode: 'blocking' }),
			});
			expect(answer.headers.get('x-version')).toMatch(/^1\.14/);
			expect(await answer.json()).toMatchObject({ answer: 'token0 token1 token2 ' });
		} finally {
			await server.stop();
		}
	});

	it('accepts --hazard as an alias of --fault', async () => {
		const faults = ['--fault', 'comments', '--hazard', 'http=429'];
		const server = await startServer(['--tokens', '3', ...faults]);
		try {
			const answer = await fetch(`${server.url}/chat-messages`, {
				method: 'POST',
				headers: { Authorization: `Bearer ${server.key}`, 'Content-Type': 'application/json' },
				body: JSON.stringify({ query: 'Hello', user: 'u', inputs: {}, response_mode: 'streaming' }),
			});
			expect(answer.status).toBe(429);
		} finally {
			await server.stop();
		}
	});
});
