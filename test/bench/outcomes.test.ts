import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { BenchResult, OutcomeName } from '../../bench/result';
import type { Fault, Scenario } from '../../mock-dify';
import { nginxErrorPage, difyErrorResponse } from '../../mock-dify';
import { closeServers, measure, runBench, serve } from './cli';

const TOKENS = ['one ', 'two ', 'three ', 'four '];
const answer = (...faults: Fault[]): Scenario => ({ script: { tokens: TOKENS }, faults });

const BUSY =
	'Too many requests. Please try again later. The current maximum concurrent requests allowed for an app is 1.';
const CASES: Array<[string, OutcomeName, Scenario]> = [
	['a complete answer', 'completed', answer()],
	['a cut stream', 'truncated', answer({ kind: 'cut', afterTokens: 2 })],
	['a reset connection', 'truncated', answer({ kind: 'reset', afterTokens: 2 })],
	[
		'an error under HTTP 200',
		'dify_error',
		answer({
			kind: 'errorEvent',
			afterTokens: 2,
			code: 'completion_request_error',
			status: 400,
			message: 'no',
		}),
	],
	['a 429', 'http_429', answer(difyErrorResponse(429, 'too_many_requests', 'slow down'))],
	[
		'a 400 because of the concurrency limit',
		'http_4xx',
		answer(difyErrorResponse(400, 'invalid_param', BUSY)),
	],
	["a gateway's 502 page", 'http_5xx', answer(nginxErrorPage(502, 'Bad Gateway'))],
	[
		'an HTML page under HTTP 200',
		'not_sse',
		answer({ kind: 'http', status: 200, contentType: 'text/html', body: '<html>Hello</html>' }),
	],
	[
		'JSON instead of a stream',
		'not_sse',
		answer({
			kind: 'http',
			status: 200,
			contentType: 'application/json',
			body: '{"answer":"Hi","message_id":"m"}',
		}),
	],
	['a stall before the first token', 'timeout_first', answer({ kind: 'stall', afterTokens: 0 })],
	['a slow response header', 'timeout_first', answer({ kind: 'slowHeaders', ms: 5_000 })],
	['a stall after the first token', 'timeout_idle', answer({ kind: 'stall', afterTokens: 2 })],
	[
		'a cut stream with malformed lines',
		'malformed',
		answer({ kind: 'badJsonFrame' }, { kind: 'cut', afterTokens: 2 }),
	],
	['a complete answer with malformed lines', 'completed', answer({ kind: 'badJsonFrame' })],
];
const LIMITS = ['--timeout-first', '600ms', '--timeout-idle', '400ms', '--timeout-total', '3s'];

afterEach(closeServers);

/** Outcomes that occurred. */
function counted({ outcomes }: BenchResult): Partial<Record<OutcomeName, number>> {
	return Object.fromEntries(Object.entries(outcomes).filter(([, count]) => count > 0));
}

describe('dify-bench run:', () => {
	it.each(CASES)('%s counts as %s', async (_, outcome, scenario) => {
		const dify = await serve(scenario);
		const result = await measure(dify, [
			'--requests',
			'6',
			'--concurrency',
			'3',
			'--warmup',
			'0',
			...LIMITS,
		]);
		expect(counted(result)).toEqual({ [outcome]: 6 });
		expect(result.plan.requests).toBe(6);
		// Other outcomes are not part of the answer times.
		if (outcome !== 'completed') {
			expect(result.distributions.e2e.count).toBe(result.distributions.e2e.censored);
			expect(result.outcome_details.map(({ count }) => count)).toEqual([6]);
		}
	});

	it('counts every outcome when one request in five has a fault', async () => {
		const mixed = CASES.filter(([, outcome]) => outcome !== 'completed');
		const expected: Partial<Record<OutcomeName, number>> = { completed: 0 };
		const dify = await serve((index) => {
			const fault = index % 5 === 0 ? mixed[(index / 5) % mixed.length] : undefined;
			const [, outcome, scenario] = fault ?? ['', 'completed' as const, answer()];
			expected[outcome] = (expected[outcome] ?? 0) + 1;
			return scenario;
		});
		const result = await measure(dify, [
			'--requests',
			'180',
			'--concurrency',
			'12',
			'--warmup',
			'0',
			'--workers',
			'2',
			...LIMITS,
		]);
		expect(counted(result)).toEqual(expected);
		expect(expected.completed).toBe(144);
	});

	it('an answer that does not end within --timeout-total counts as timeout_total', async () => {
		const dify = await serve({
			script: { tokens: () => Array.from({ length: 500 }, () => 'x'), gapMs: 20 },
		});
		const result = await measure(dify, [
			'--requests',
			'2',
			'--warmup',
			'0',
			'--timeout-total',
			'500ms',
		]);
		expect(counted(result)).toEqual({ timeout_total: 2 });
		expect(result.distributions.ttft.count).toBe(2);
		expect(result.distributions.ttft.censored).toBe(0);
	});

	it('a request that runs at the end counts as cut_by_deadline, and in the TTFT with its age', async () => {
		const dify = await serve((index) =>
			index < 5 ? answer() : answer({ kind: 'stall', afterTokens: 0 }),
		);
		const result = await measure(dify, [
			'--rate',
			'10',
			'--duration',
			'2s',
			'--drain',
			'0',
			'--warmup',
			'0',
		]);
		expect(result.plan.requests).toBe(20);
		expect(counted(result)).toEqual({ completed: 5, cut_by_deadline: 15 });
		const { ttft } = result.distributions;
		expect([ttft.count, ttft.censored]).toEqual([20, 15]);
		// Request 5 was due at 0.5 s and was still waiting at 2 s.
		expect(ttft.max).toBeGreaterThan(1_450);
		expect(ttft.percentiles.p50?.value).toBeGreaterThan(400);
	});

	it('stopped and paused workflows count as stopped and paused', async () => {
		const ends = (workflowStatus: 'stopped' | 'paused'): Scenario => ({
			script: { tokens: TOKENS, workflowStatus },
		});
		const dify = await serve((index) => ends(index % 2 === 0 ? 'stopped' : 'paused'));
		const result = await measure(dify, ['--requests', '4', '--warmup', '0'], 'flow-plain');
		expect(counted(result)).toEqual({ stopped: 2, paused: 2 });
	});

	it('a refused connection counts as connect, with the error code', async () => {
		const sockets = new Set<Socket>();
		const body = '{"name":"app","mode":"chat"}';
		const server = createServer((socket) => {
			sockets.add(socket);
			socket.on('error', () => undefined);
			socket.once('data', () => {
				socket.end(
					`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
				);
				server.close();
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		const { stdout } = await runBench([
			'run',
			'--url',
			`http://127.0.0.1:${port}/v1`,
			'--key',
			'app-x',
			'--query',
			'Hi',
			'--json',
			'-',
			'--warmup',
			'0',
			'--requests',
			'3',
		]);
		const result = JSON.parse(stdout) as BenchResult;
		expect(counted(result)).toEqual({ connect: 3 });
		expect(result.outcome_details).toMatchObject([{ code: 'ECONNREFUSED', count: 3 }]);
	});
});

describe('dify-bench run: Ctrl-C', () => {
	it('ends the run early, and every planned request has an outcome', async () => {
		const dify = await serve({ script: { tokens: TOKENS, gapMs: 100 } });
		const result = await measure(
			dify,
			['--requests', '1000', '--concurrency', '4', '--warmup', '0'],
			'chat-plain',
			(child) => {
				const timer = setInterval(() => {
					if (dify.requests.length < 10) return;
					clearInterval(timer);
					child.kill('SIGINT');
				}, 20);
			},
		);
		expect(result.interrupted).toBe(true);
		expect(result.plan.requests).toBe(1000);
		expect(Object.values(result.outcomes).reduce((sum, count) => sum + count, 0)).toBe(1000);
		expect(result.outcomes.completed).toBeGreaterThan(0);
		expect(result.outcomes.cut_by_deadline).toBeGreaterThan(900);
		expect(result.verdict.status).not.toBe('VALID');
	});
});
