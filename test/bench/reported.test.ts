import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import type { BenchResult } from '../../bench/result';
import schema from '../../bench/result.schema.json';
import { closeServers, measure, runBench, serve } from './cli';

const QUERY = ['--query', 'Hello'];
const dir = mkdtempSync(join(tmpdir(), 'dify-bench-'));

afterEach(closeServers);

describe('dify-bench run: reports', () => {
	it('contain neither the API key nor the query, and are added to $GITHUB_STEP_SUMMARY', async () => {
		const secret = 'What is the airspeed of a swallow?';
		// The 502 page of a proxy that repeats the request headers.
		const dify = await serve((index) =>
			index % 2 === 0
				? { script: { tokens: ['Hi'] } }
				: {
						faults: [
							{
								kind: 'http',
								status: 502,
								contentType: 'text/plain',
								body: `Authorization: Bearer ${dify.key('chat-plain')}`,
							},
						],
					},
		);
		const paths = Object.fromEntries(
			['json', 'html', 'junit', 'markdown', 'summary'].map((name) => [
				name,
				join(dir, `report.${name}`),
			]),
		);
		const { stdout, stderr, code } = await runBench(
			[
				'run',
				'--url',
				dify.baseUrl,
				'--key',
				dify.key('chat-plain'),
				'--query',
				secret,
				'--requests',
				'10',
				'--warmup',
				'0',
				'--assert',
				'outcome.completed == 5',
				...['json', 'html', 'junit', 'markdown'].flatMap((name) => [
					`--${name}`,
					paths[name] ?? '',
				]),
			],
			{ env: { GITHUB_STEP_SUMMARY: paths.summary ?? '' } },
		);
		expect([0, 4]).toContain(code);
		const texts = [
			stdout,
			stderr,
			...Object.values(paths).map((path) => readFileSync(path, 'utf8')),
		];
		for (const text of texts) {
			expect(text).not.toContain(dify.key('chat-plain'));
			expect(text).not.toContain(secret);
		}
		expect(texts.slice(2).every((text) => text.length > 100)).toBe(true);
		const result = JSON.parse(readFileSync(paths.json ?? '', 'utf8')) as BenchResult;
		expect(result.outcomes).toMatchObject({ completed: 5, http_5xx: 5 });
	});

	it('match the JSON schema', async () => {
		const validate = new Ajv2020({ strict: true }).compile(schema);
		const dify = await serve({ script: { tokens: ['Hi ', 'there'] } });
		for (const args of [
			['--rate', '20', '--duration', '1s', '--goodput', 'ttft < 1s', '--assert', 'ttft.p50 < 1s'],
			['--mode', 'blocking', '--include-queries'],
		]) {
			validate(await measure(dify, args));
			expect(validate.errors).toBeNull();
		}
	});

	it('contain the queries with --include-queries', async () => {
		const dify = await serve({ script: { tokens: ['Hi'] } });
		const result = await measure(dify, ['--requests', '2', '--include-queries']);
		expect(result.plan.queries.texts).toEqual(['Hello']);
	});

	it('lead to exit code 1 for a broken limit and 3 for too few samples', async () => {
		const dify = await serve({ script: { tokens: ['Hi'], firstTokenMs: 400 } });
		const args = [
			'run',
			'--url',
			dify.baseUrl,
			'--key',
			dify.key('chat-plain'),
			...QUERY,
			'--requests',
			'8',
			'--concurrency',
			'2',
		];
		expect((await runBench([...args, '--assert', 'ttft.p50 < 10s'])).code).toBe(0);
		expect((await runBench([...args, '--assert', 'ttft.p50 < 100'])).code).toBe(1);
		expect((await runBench([...args, '--assert', 'ttft.p99 < 10s'])).code).toBe(3);
	});

	it('contain goodput as the share of planned requests within every limit', async () => {
		const dify = await serve((index) => ({
			script: { tokens: ['Hi'], firstTokenMs: index % 4 === 0 ? 300 : 0 },
		}));
		const result = await measure(dify, [
			'--requests',
			'20',
			'--warmup',
			'0',
			'--goodput',
			'ttft < 200',
			'--goodput',
			'e2e < 5s',
		]);
		expect(result.scalars.goodput).toBe(75);
	});
});
