import type { Overhead } from '../../bench/overheadResult';
import type { BenchResult } from '../../bench/result';
import { runBench } from '../../bench/validation/benchProcess';
import type { TestBed } from '../../dev/n8n-server/testBed';
import { startTestBed } from '../../dev/n8n-server/testBed';

let testBed: TestBed;
beforeAll(async () => {
	testBed = await startTestBed();
	await testBed.openExample('webhook-streaming');
});
afterAll(async () => await testBed.close());

describe('dify-bench and a streaming webhook of n8n', () => {
	const webhook = (): string => `${testBed.n8n.origin}/webhook/dify-stream`;

	it('run --target n8n: measures the first text that n8n streams', async () => {
		const { stdout, stderr } = await runBench([
			'run',
			'--target',
			'n8n',
			'--url',
			webhook(),
			'--query',
			'Hello [long 20]',
			'--requests',
			'8',
			'--concurrency',
			'2',
			'--json',
			'-',
		]);
		if (stdout === '') throw new Error(stderr);
		const { outcomes, distributions, outcome_details: details } = JSON.parse(stdout) as BenchResult;
		expect(details).toEqual([]);
		expect(outcomes.completed).toBe(8);
		expect(distributions.ttft.count).toBe(8);
		// Each answer has 20 tokens, 10 ms apart.
		expect(distributions.delivery_gap.count).toBeGreaterThan(8 * 10);
	});

	it('run --target n8n: counts a Dify error as dify_error', async () => {
		testBed.dify.enqueue(
			'chat-plain',
			...Array.from({ length: 4 }, () => ({
				script: { tokens: ['one ', 'two '] },
				faults: [
					{
						kind: 'errorEvent' as const,
						afterTokens: 1,
						code: 'completion_request_error',
						status: 400,
						message: 'no',
					},
				],
			})),
		);
		const { stdout } = await runBench([
			'run',
			'--target',
			'n8n',
			'--url',
			webhook(),
			'--query',
			'Hello',
			'--requests',
			'4',
			'--warmup',
			'0',
			'--json',
			'-',
		]);
		const { outcomes } = JSON.parse(stdout) as BenchResult;
		expect(outcomes.dify_error).toBe(4);
	});

	it('overhead: measures what n8n adds to the first token and to each delta', async () => {
		const { stdout, stderr } = await runBench([
			'overhead',
			'--url',
			testBed.dify.baseUrl,
			'--key',
			testBed.dify.key('chat-plain'),
			'--n8n',
			webhook(),
			'--query',
			'Hello [long 20]',
			'--pairs',
			'5',
			'--requests',
			'5',
			'--json',
			'-',
		]);
		if (stdout === '') throw new Error(stderr);
		const { pairs, added } = JSON.parse(stdout) as Overhead;
		expect(pairs).toHaveLength(5);
		expect(added.first_token?.value).toBeGreaterThan(0);
		expect(added.first_token?.low).toBeLessThanOrEqual(added.first_token?.value ?? 0);
		expect(added.delta).not.toBeNull();
	});
});
