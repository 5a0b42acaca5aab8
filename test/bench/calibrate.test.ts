import type { BenchResult } from '../../bench/result';
import type { Level } from '../../bench/calibrate/measureLevel';
import { bench, serve } from '../../bench/validation/benchProcess';

describe('calibrate', () => {
	it('holds what is measured against the stamps of a server in another process', async () => {
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
		const { stdout } = await bench(['calibrate', ...args, '--json', '-']);
		const { format, levels } = JSON.parse(stdout) as { format: string; levels: Level[] };
		expect(format).toBe('dify-bench-calibration/1');
		const [level] = levels;
		// 10 streams of 145 ms each, for 2 s, 20 tokens and an end each.
		expect(level?.first_tokens.count).toBe(138);
		expect(level?.events.count).toBe(138 * 21);
		// Right about the order of magnitude on any machine; the proof `accuracy` asks for more.
		expect(level?.first_tokens.p50).toBeGreaterThan(0);
		expect(level?.first_tokens.p50).toBeLessThan(20);
		expect(level?.held_percent).toBeGreaterThan(80);
	});

	it('prints a table, and how many streams this machine measures honestly', async () => {
		const { stdout } = await bench(['calibrate', '--streams', '5', '--duration', '1s']);
		expect(stdout).toMatch(/streams +workers +events\/s/);
		expect(stdout).toMatch(
			/Up to 5 such streams at once were measured validly|measured none of these validly/,
		);
	});
});

// Other programs' noise passes; an error stays.
jest.retryTimes(2);

describe('the second engine', () => {
	it('reads the same first tokens, within 5 %', async () => {
		const server = await serve(['--first-token', '300ms', '--gap', '2ms', '--tokens', '20']);
		const p50s: number[] = [];
		try {
			for (const engine of ['dispatch', 'autocannon']) {
				const target = ['--url', server.url, '--key', server.key, '--query', 'Hello'];
				const { stdout } = await bench([
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
		const [ours = 0, theirs = 0] = p50s;
		expect(Math.abs(ours - theirs) / theirs).toBeLessThan(0.05);
	});

	it.each([
		['cut=5', { truncated: 8 }],
		['http=429', { http_429: 8 }],
		['errorEvent=5', { dify_error: 8 }],
	])('counts %s for what it is', async (hazard, expected) => {
		const server = await serve(['--tokens', '20', '--hazard', hazard]);
		try {
			const target = ['--url', server.url, '--key', server.key, '--query', 'Hello'];
			const { stdout } = await bench([
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

describe('serve', () => {
	it('plays a script from a file, at the version that was asked for', async () => {
		const server = await serve(['--profile', '1.14', '--tokens', '3', '--first-token', '0']);
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
});
