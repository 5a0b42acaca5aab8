import type { BenchResult } from '../../bench/result';
import type { Fault, MockDify, AnswerScript } from '../../mock-dify';
import { closeServers, measure, serve } from './cli';

const FIRST_MS = 150;
const TOKENS = Array.from({ length: 24 }, (_, index) => `token${index} `);

afterEach(closeServers);
// Other programs can disturb a single measurement. A real error also fails the retries.
jest.retryTimes(2);

interface Case {
	script?: AnswerScript;
	faults?: Fault[];
	app?: string;
}

/** Streams in which something else is easily mistaken for the first token. */
const CASES: Record<string, Case> = {
	'a plain stream': {},
	'events before the first token': { app: 'flow-plain' },
	'a ping before the first token': { faults: [{ kind: 'pingFirst' }] },
	'an empty first delta': { script: { preamble: [{ event: 'message', answer: '' }] } },
	'a first message without text': {
		script: { preamble: [{ event: 'message', role: 'assistant' }] },
	},
	'packets of one byte': { faults: [{ kind: 'resplit', bytes: 1 }] },
	'CRLF line ends': { faults: [{ kind: 'lineEnds', with: '\r\n' }] },
	'CR line ends': { faults: [{ kind: 'lineEnds', with: '\r' }] },
	'64 tokens in a packet': {
		script: { tokens: Array.from({ length: 192 }, () => 'x'), tokensPerPacket: 64, gapMs: 1 },
	},
	'an Agent app': { app: 'agent-fc' },
};

/** Returns when the server wrote the first token of each request, in ms since it received the request. */
function trueTtfts(dify: MockDify): number[] {
	return dify.requests
		.filter(({ path }) => path === '/v1/chat-messages')
		.map(
			({ receivedAtMs, tokensWrittenAtMs }) => (tokensWrittenAtMs[0] ?? Number.NaN) - receivedAtMs,
		);
}

function p50({ distributions }: BenchResult, name: 'ttft' | 'ttfe' | 'ttfvt' | 'tpot'): number {
	return distributions[name].percentiles.p50?.value ?? Number.NaN;
}

describe('dify-bench run: ttft', () => {
	it.each(Object.entries(CASES))('is correct with %s', async (_, { script, faults, app }) => {
		const dify = await serve({
			script: { tokens: TOKENS, firstTokenMs: FIRST_MS, gapMs: 5, ...script },
			faults,
		});
		const result = await measure(
			dify,
			['--requests', '10', '--concurrency', '2', '--warmup', '0'],
			app,
		);
		expect(result.outcomes.completed).toBe(10);
		const real = trueTtfts(dify).sort((a, b) => a - b)[5] ?? Number.NaN;
		expect(real).toBeGreaterThanOrEqual(FIRST_MS - 2);
		// The measured time includes the network and the delays of this machine.
		expect(p50(result, 'ttft')).toBeGreaterThan(real);
		expect(p50(result, 'ttft')).toBeLessThan(real + 0.3 * FIRST_MS);
	});

	it('is not the time to the first event, which arrives long before', async () => {
		const dify = await serve({ script: { tokens: TOKENS, firstTokenMs: FIRST_MS } });
		const result = await measure(
			dify,
			['--requests', '10', '--concurrency', '2', '--warmup', '0'],
			'flow-plain',
		);
		expect(p50(result, 'ttfe')).toBeLessThan(0.5 * FIRST_MS);
		expect(p50(result, 'ttft')).toBeGreaterThanOrEqual(FIRST_MS - 2);
	});

	it('counts whitespace and reasoning, and ttfvt counts only visible text', async () => {
		const tokens = ['<think>', 'hm ', 'hm ', '</think>', '\n', 'Forty-two'];
		const dify = await serve({ script: { tokens, firstTokenMs: FIRST_MS, gapMs: 40 } });
		const result = await measure(dify, ['--requests', '10', '--concurrency', '2', '--warmup', '0']);
		expect(p50(result, 'ttft')).toBeLessThan(FIRST_MS + 60);
		// At least four gaps.
		expect(p50(result, 'ttfvt') - p50(result, 'ttft')).toBeGreaterThan(4 * 40 - 10);
		expect(p50(result, 'ttfvt') - p50(result, 'ttft')).toBeLessThan(6 * 40 + 60);
	});

	it('is missing for an empty answer, and an assertion about it fails', async () => {
		const dify = await serve({ script: { tokens: [] } });
		const result = await measure(dify, ['--requests', '5', '--assert', 'ttft.p50 < 1000']);
		expect(result.outcomes.completed).toBe(5);
		expect(result.distributions.ttft.count).toBe(0);
		expect(result.assertions).toMatchObject([{ passed: false, actual: null }]);
	});
});

describe('dify-bench run: tpot', () => {
	it.each([1, 4, 10, 64])('is correct with %i tokens per packet', async (packet) => {
		const tokens = Array.from({ length: packet * 24 }, () => 'x');
		const gapMs = 30;
		const dify = await serve({
			script: { tokens, tokensPerPacket: packet, gapMs: Math.max(1, gapMs / packet) },
		});
		const result = await measure(dify, ['--requests', '20', '--concurrency', '5', '--warmup', '0']);
		const real = dify.requests
			.filter(({ path }) => path === '/v1/chat-messages')
			.map(({ tokensWrittenAtMs }) => {
				const [first = 0] = tokensWrittenAtMs;
				return ((tokensWrittenAtMs.at(-1) ?? 0) - first) / (tokens.length - packet);
			});
		const mean = real.reduce((sum, value) => sum + value, 0) / real.length;
		const measured = result.distributions.tpot.mean ?? 0;
		expect(Math.abs(measured - mean) / mean).toBeLessThan(0.01);
	});
});
