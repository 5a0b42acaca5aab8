import type { BenchResult, OutcomeName, Second, StreamTrace } from '../../../../bench/result';
import { DISTRIBUTIONS, OUTCOMES, RESULT_FORMAT } from '../../../../bench/result';
import { distribution, histogram, normal, seeded } from './samples';

let created: BenchResult | undefined;

/** Returns a result of 2,000 requests over one minute. It is the same on each call, except for the changes. */
export function fixtureResult(change: Partial<BenchResult> = {}): BenchResult {
	created ??= createResult();
	return { ...structuredClone(created), ...change };
}

function createResult(): BenchResult {
	const random = seeded(7);
	const ttft = Array.from({ length: 1974 }, () => 90 + 60 * Math.exp(0.7 * normal(random)));
	const gaps = Array.from({ length: 6000 }, () => 18 + 6 * Math.exp(0.5 * normal(random)));
	const e2e = ttft.map((first) => first + 1900 + 300 * random());
	const nothing = distribution([]);
	const distributions = Object.fromEntries(DISTRIBUTIONS.map((name) => [name, nothing]));
	return {
		format: RESULT_FORMAT,
		version: '0.1.0',
		started_at: '2026-01-05T08:30:00.000Z',
		duration_ms: 61_240.5,
		target: {
			base_url: 'https://dify.example.com/v1',
			version: '1.13.1',
			app: { name: 'Support bot', mode: 'advanced-chat' },
		},
		plan: {
			target: 'dify',
			engine: 'dispatch',
			mode: 'streaming',
			load: { model: 'closed', concurrency: 64, think_ms: 0 },
			requests: 2000,
			duration_ms: null,
			warmup: 50,
			seed: 42,
			workers: 2,
			conversation: 'new',
			auto_generate_name: false,
			timeouts_ms: { first: 30_000, idle: null, total: 120_000 },
			stall_limit_ms: 1000,
			goodput_limits: ['ttft < 800', 'e2e < 5s'],
			insecure: false,
			queries: {
				count: 12,
				sha256: '3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b',
			},
		},
		machine: {
			platform: 'linux x64',
			cpu: 'AMD EPYC 7763',
			cores: 2,
			memory_bytes: 8_328_552_448,
			node: '22.22.0',
			undici: '7.30.2',
		},
		verdict: {
			status: 'VALID',
			checks: [
				{
					name: 'client_error',
					status: 'VALID',
					message: 'the client added at most 0.31 ms to 99 % of first tokens, 0.2 % of the median',
				},
				{ name: 'elu', status: 'VALID', message: 'the busiest worker was busy 18 % of the time' },
			],
		},
		interrupted: false,
		outcomes: outcomes({ completed: 1974, dify_error: 20, http_429: 5, truncated: 1 }),
		outcome_details: [
			{
				outcome: 'dify_error',
				status: 200,
				code: 'provider_quota_exceeded',
				message: 'Your quota for the model is exhausted',
				count: 20,
			},
			{
				outcome: 'http_429',
				status: 429,
				code: 'too_many_requests',
				message: 'Too many requests',
				count: 5,
			},
			{
				outcome: 'truncated',
				status: 200,
				code: null,
				message: 'the stream ended early',
				count: 1,
			},
		],
		tokens_from: 'usage',
		distributions: {
			...(distributions as BenchResult['distributions']),
			ttft: distribution(ttft),
			ttft_service: distribution(ttft.map((value) => value - 0.4)),
			ttfe: distribution(ttft.map((value) => value / 20)),
			dispatch_delay: distribution(ttft.map((value) => value / 400)),
			delivery_gap: distribution(gaps),
			e2e: distribution(e2e),
			'server.latency': distribution(e2e.slice(0, 40)),
			client_error: distribution(ttft.map((value) => value / 1000)),
		},
		scalars: {
			'throughput.streams': 32.2,
			'throughput.events': 2576.8,
			'throughput.characters': 11_020,
			'throughput.tokens': 2510.1,
			'throughput.bytes': 905_331,
			'in_flight.peak': 64,
			'in_flight.mean': 63.1,
			'in_flight.littles_law': 1.01,
			'stall.share': 0,
			goodput: 98.65,
		},
		seconds: Array.from({ length: 61 }, (_, index) => second(index + 1, random)),
		histograms: { ttft: histogram(ttft, 10), delivery_gap: histogram(gaps, 2) },
		slowest: slowest(random),
		assertions: [],
	};
}

/** Returns the counts of all outcomes. Outcomes that are not given are 0. */
export function outcomes(given: Partial<Record<OutcomeName, number>>): BenchResult['outcomes'] {
	const none = Object.fromEntries(OUTCOMES.map((name) => [name, 0]));
	return { ...(none as BenchResult['outcomes']), ...given };
}

function second(t: number, random: () => number): Second {
	const rate = Math.round(32 + 6 * normal(random));
	const isEmpty = t === 20;
	const p50 = 150 + 12 * normal(random) + (t > 40 ? 60 : 0);
	return {
		t,
		dispatched: rate,
		completed: isEmpty ? 0 : rate,
		failed: random() < 0.3 ? 1 : 0,
		events: isEmpty ? 0 : rate * 80,
		characters: isEmpty ? 0 : rate * 340,
		bytes: isEmpty ? 0 : rate * 28_000,
		in_flight: t < 61 ? 64 : 12,
		ttft_p50: isEmpty ? null : p50,
		ttft_p95: isEmpty ? null : p50 * 2 + 20 * random(),
		ttft_max: isEmpty ? null : p50 * 3 + 200 * random(),
	};
}

function slowest(random: () => number): StreamTrace {
	const preamble = [12, 14, 20].map((t, index) => ({
		t,
		events: 1,
		characters: 0,
		event: index === 0 ? 'workflow_started' : 'node_started',
	}));
	let t = 1180;
	const text = Array.from({ length: 80 }, (_, index) => {
		t += index === 40 ? 640 : 14 + 12 * random();
		return { t, events: 1 + (index % 3), characters: 6, event: 'message' };
	});
	const end = { t: t + 12, events: 2, characters: 0, event: 'message_end' };
	return {
		request: 1311,
		outcome: 'completed',
		ttft: text[0]!.t,
		e2e: end.t,
		deliveries: [...preamble, ...text, end],
	};
}
