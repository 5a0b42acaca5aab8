import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalDify } from '../../local-dify';
import type { BenchResult } from '../../bench/result';
import Ajv2020 from 'ajv/dist/2020';
import schema from '../../bench/result.schema.json';
import { bench, closeServers, measure, messages, serve } from './cli';

const KEY = 'app-0123456789abcdef';
const TARGET = ['--url', 'http://127.0.0.1:9/v1', '--key', KEY];
const QUERY = ['--query', 'Hello'];
const dir = mkdtempSync(join(tmpdir(), 'dify-bench-'));

function file(name: string, text: string): string {
	const path = join(dir, name);
	writeFileSync(path, text);
	return path;
}

afterEach(closeServers);

describe('bad input', () => {
	const rows: Array<[string, string[], RegExp]> = [
		['no command', [], /dify-bench COMMAND/],
		['an unknown command', ['measure'], /'measure' is no command; there are run, calibrate/],
		['no address', ['run', '--key', KEY, ...QUERY], /--url is missing/],
		['no key', ['run', '--url', 'http://127.0.0.1:9', ...QUERY], /--key is missing.*DIFY_API_KEY/],
		[
			'a key with a line break',
			['run', '--url', 'http://127.0.0.1:9', '--key', 'a\nb', ...QUERY],
			/--key holds characters/,
		],
		[
			'no address at all',
			['run', '--url', 'dify', '--key', KEY, ...QUERY],
			/--url: The base URL is not an address/,
		],
		['no query', ['run', ...TARGET], /--query is missing/],
		[
			'query and queries',
			['run', ...TARGET, ...QUERY, '--queries', 'x.jsonl'],
			/exclude each other/,
		],
		[
			'an unknown flag',
			['run', ...TARGET, ...QUERY, '--concurency', '3'],
			/Unknown option '--concurency' \(did you mean --conversation, --concurrency\?\)/,
		],
		[
			'a flag without its value',
			['run', ...TARGET, '--query'],
			/'--query <value>' argument missing/,
		],
		['a word too many', ['run', 'now', ...TARGET, ...QUERY], /'now' is no flag/],
		[
			'two load models',
			['run', ...TARGET, ...QUERY, '--rate', '5', '--concurrency', '5'],
			/--concurrency and --rate exclude each other/,
		],
		[
			'two ends',
			['run', ...TARGET, ...QUERY, '--requests', '5', '--duration', '5s'],
			/--requests and --duration exclude each other/,
		],
		[
			'think in an open loop',
			['run', ...TARGET, ...QUERY, '--rate', '5', '--think', '1s'],
			/--think needs a closed loop/,
		],
		[
			'arrival in a closed loop',
			['run', ...TARGET, ...QUERY, '--arrival', 'poisson'],
			/--arrival needs --rate/,
		],
		[
			'chain in an open loop',
			['run', ...TARGET, ...QUERY, '--rate', '5', '--conversation', 'chain'],
			/--conversation chain needs a closed loop/,
		],
		[
			'a ramp without an end',
			['run', ...TARGET, ...QUERY, '--ramp', '1:5'],
			/--ramp needs --duration/,
		],
		[
			'half a ramp',
			['run', ...TARGET, ...QUERY, '--ramp', '1', '--duration', '5s'],
			/--ramp: two rates such as 1:50/,
		],
		[
			'a rate of 0',
			['run', ...TARGET, ...QUERY, '--rate', '0'],
			/--rate: '0' is no number above 0/,
		],
		[
			'half a request',
			['run', ...TARGET, ...QUERY, '--requests', '1.5'],
			/--requests: '1.5' is no whole number from 1/,
		],
		[
			'a time without sense',
			['run', ...TARGET, ...QUERY, '--duration', 'soon'],
			/--duration: 'soon' is no length of time such as/,
		],
		[
			'a mode that is none',
			['run', ...TARGET, ...QUERY, '--mode', 'fast'],
			/--mode: 'fast' is none of streaming, blocking/,
		],
		[
			'first token of a blocking answer',
			['run', ...TARGET, ...QUERY, '--mode', 'blocking', '--timeout-first', '1s'],
			/--timeout-first needs --mode streaming/,
		],
		[
			'inputs that are no JSON',
			['run', ...TARGET, ...QUERY, '--inputs', '{name'],
			/--inputs: not valid JSON/,
		],
		[
			'inputs that are no object',
			['run', ...TARGET, ...QUERY, '--inputs', '[1]'],
			/--inputs: not a JSON object/,
		],
		[
			'an assertion that is none',
			['run', ...TARGET, ...QUERY, '--assert', 'ttft.p96 < 800'],
			/ttft\.p96/,
		],
		[
			'a goodput limit that is none',
			['run', ...TARGET, ...QUERY, '--goodput', 'speed < 5'],
			/--goodput: 'speed < 5' is no limit/,
		],
		[
			'autocannon in an open loop',
			['run', ...TARGET, ...QUERY, '--engine', 'autocannon', '--rate', '5'],
			/--engine autocannon has a closed loop only/,
		],
		[
			'autocannon over https',
			['run', '--url', 'https://127.0.0.1:9', '--key', KEY, ...QUERY, '--engine', 'autocannon'],
			/--engine autocannon checks no certificates/,
		],
		[
			'a report nowhere',
			['run', ...TARGET, ...QUERY, '--html', join(dir, 'no/where.html')],
			/--html: .*where\.html cannot be written/,
		],
		[
			'no dataset',
			['run', ...TARGET, '--queries', join(dir, 'none.jsonl')],
			/none\.jsonl cannot be read/,
		],
		[
			'an empty dataset',
			['run', ...TARGET, '--queries', file('empty.jsonl', '\n\n')],
			/empty\.jsonl holds no query/,
		],
		[
			'a bad line',
			['run', ...TARGET, '--queries', file('bad.jsonl', '{"query":"a"}\n{"query":\n')],
			/bad\.jsonl:2: not valid JSON/,
		],
		[
			'a line without a query',
			['run', ...TARGET, '--queries', file('none-such.jsonl', '{"query":"a"}\n\n{"text":"b"}')],
			/none-such\.jsonl:3: "text" is none of query, inputs, files, user/,
		],
		['an unreachable host', ['run', ...TARGET, ...QUERY], /ECONNREFUSED.*Check --url/],
		[
			'a hazard that is none',
			['serve', '--hazard', 'fire'],
			/--hazard: 'fire' is none of cut=TOKENS/,
		],
		['one file to compare', ['compare', file('a.json', '{}')], /compare takes two files/],
	];

	it.each(rows)('%s', async (_, args, message) => {
		const { code, stdout, stderr } = await bench(args);
		expect(code).toBe(2);
		expect(stdout + stderr).toMatch(message);
		expect(stderr).not.toMatch(/^\s+at /m);
		expect(stdout + stderr).not.toContain(KEY);
	});
});

describe('a target that cannot be measured', () => {
	const answers = { script: { tokens: ['Hi'] } };

	it('a wrong key: said once, and nothing sent', async () => {
		const dify = await serve(answers);
		const { code, stderr } = await bench([
			'run',
			'--url',
			dify.baseUrl,
			'--key',
			KEY,
			...QUERY,
			'--requests',
			'1000',
		]);
		expect([code, messages(dify)]).toEqual([2, []]);
		expect(stderr).toMatch(/\/info: .*Check --key/);
		expect(stderr.trim().split('\n')).toHaveLength(1);
	});

	it('an address that serves pages', async () => {
		const dify = await serve(answers);
		const { code, stderr } = await bench([
			'run',
			'--url',
			`${dify.origin}/apps`,
			'--key',
			KEY,
			...QUERY,
		]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/\/apps\/info: .*Check --url: Dify's base URL ends in \/v1/);
	});

	it('a base URL without /v1 is completed', async () => {
		const dify = await serve(answers);
		const result = await measure(dify, ['--url', dify.origin, '--requests', '3']);
		expect(result.target.base_url).toBe(dify.baseUrl);
		expect(result.outcomes.completed).toBe(3);
	});

	it.each([
		['completion', /of the kind completion, which has no chat messages/],
		['workflow', /of the kind workflow/],
	])('an app of the kind %s', async (app, message) => {
		const dify = await serve(answers);
		const { code, stderr } = await bench([
			'run',
			'--url',
			dify.baseUrl,
			'--key',
			dify.key(app),
			...QUERY,
		]);
		expect(code).toBe(2);
		expect(stderr).toMatch(message);
	});

	it('an Agent app in blocking mode', async () => {
		const dify = await serve(answers);
		const { code, stderr } = await bench([
			'run',
			'--url',
			dify.baseUrl,
			'--key',
			dify.key('agent-fc'),
			...QUERY,
			'--mode',
			'blocking',
		]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/Agent apps answer in streaming mode only/);
	});

	it('a first request that is refused ends the run', async () => {
		const dify = await serve({
			hazards: [
				{
					kind: 'http',
					status: 403,
					contentType: 'application/json',
					body: '{"code":"forbidden","message":"no","status":403}',
				},
			],
		});
		const { code, stderr } = await bench([
			'run',
			'--url',
			dify.baseUrl,
			'--key',
			dify.key('chat-plain'),
			...QUERY,
			'--requests',
			'5000',
			'--warmup',
			'0',
		]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/the first request was refused/);
		expect(messages(dify).length).toBeLessThan(100);
	});
});

describe('what is sent', () => {
	const run = { script: { tokens: ['Hi ', 'there'] } };
	let dify: LocalDify;
	beforeEach(async () => {
		dify = await serve(run);
	});

	it('is Dify’s body, without a title, and the warm-up is in no number', async () => {
		const result = await measure(dify, ['--requests', '3', '--warmup', '2', '--user', 'ada']);
		const sent = messages(dify);
		expect(sent).toHaveLength(5);
		expect(sent[0]).toEqual({
			inputs: {},
			query: 'Hello',
			user: 'ada',
			response_mode: 'streaming',
			auto_generate_name: false,
		});
		expect(result.plan.requests).toBe(3);
		expect(result.distributions.ttft.count).toBe(3);
	});

	it('is each query of the dataset in turn, 0 and false kept', async () => {
		const lines = ['{"query":"a","inputs":{"age":0,"agree":false}}', '{"query":"b","user":"bob"}'];
		const path = file('queries.jsonl', `${lines.join('\r\n')}\n`);
		const key = dify.key('chat-vars');
		const inputs = '{"name":"Ada"}';
		await bench([
			'run',
			'--url',
			dify.baseUrl,
			'--key',
			key,
			'--queries',
			path,
			'--inputs',
			inputs,
			'--requests',
			'3',
			'--warmup',
			'0',
		]);
		expect(messages(dify)).toMatchObject([
			{ query: 'a', inputs: { age: 0, agree: false }, user: 'dify-bench' },
			{ query: 'b', inputs: { name: 'Ada' }, user: 'bob' },
			{ query: 'a' },
		]);
	});

	it('goes on with each user’s own conversation where it chains', async () => {
		const result = await measure(dify, [
			'--requests',
			'8',
			'--concurrency',
			'2',
			'--warmup',
			'0',
			'--conversation',
			'chain',
		]);
		expect(result.outcomes.completed).toBe(8);
		const ids = messages(dify).map(({ conversation_id: id }) => id);
		expect(ids.filter((id) => id === undefined)).toHaveLength(2);
		expect(new Set(ids).size).toBe(3);
	});

	it('waits as long as its user thinks', async () => {
		const result = await measure(dify, ['--requests', '4', '--warmup', '0', '--think', '200ms']);
		expect(result.duration_ms).toBeGreaterThan(600);
		expect(result.distributions.dispatch_delay.max).toBeLessThan(200);
	});

	it('is blocking where asked: the end is measured, and no first token', async () => {
		const result = await measure(dify, ['--requests', '6', '--mode', 'blocking']);
		expect(messages(dify)[0]).toMatchObject({ response_mode: 'blocking' });
		expect(result.outcomes.completed).toBe(6);
		expect(result.distributions.ttft.count).toBe(0);
		expect(result.distributions.e2e.count).toBe(6);
	});

	it('comes at the rate that was asked for, each from its own due time', async () => {
		const result = await measure(dify, [
			'--rate',
			'40',
			'--duration',
			'2s',
			'--warmup',
			'0',
			'--workers',
			'2',
		]);
		expect(result.plan.requests).toBe(80);
		expect(result.outcomes.completed).toBe(80);
		const [first, second] = result.seconds;
		expect([first?.dispatched, second?.dispatched]).toEqual([40, 40]);
	});

	it('comes faster and faster in a ramp', async () => {
		const result = await measure(dify, ['--ramp', '5:45', '--duration', '2s', '--warmup', '0']);
		expect(result.plan.requests).toBeGreaterThan(48);
		expect(result.plan.requests).toBeLessThan(52);
		expect(result.seconds[1]?.dispatched).toBeGreaterThan(
			1.5 * (result.seconds[0]?.dispatched ?? 0),
		);
	});

	it('comes at the same Poisson times for the same seed', async () => {
		const plan = ['--rate', '50', '--arrival', 'poisson', '--duration', '1s', '--warmup', '0'];
		const counts: number[] = [];
		for (const seed of ['7', '7', '8']) {
			const result = await measure(dify, [...plan, '--seed', seed]);
			counts.push(result.plan.requests);
		}
		expect(counts[0]).toBe(counts[1]);
		expect(counts[0]).not.toBe(counts[2]);
	});
});

describe('what is reported', () => {
	it('holds neither the key nor the query in any form, and the summary of a job by itself', async () => {
		const secret = 'What is the airspeed of a swallow?';
		// A proxy that shows what it was sent.
		const dify = await serve((index) =>
			index % 2 === 0
				? { script: { tokens: ['Hi'] } }
				: {
						hazards: [
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
		const { stdout, stderr, code } = await bench(
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

	it('is JSON as its schema says', async () => {
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

	it('shows the queries where they were asked for', async () => {
		const dify = await serve({ script: { tokens: ['Hi'] } });
		const result = await measure(dify, ['--requests', '2', '--include-queries']);
		expect(result.plan.queries.texts).toEqual(['Hello']);
	});

	it('ends with 1 where a limit is broken, 3 where too few samples tell', async () => {
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
		expect((await bench([...args, '--assert', 'ttft.p50 < 10s'])).code).toBe(0);
		expect((await bench([...args, '--assert', 'ttft.p50 < 100'])).code).toBe(1);
		expect((await bench([...args, '--assert', 'ttft.p99 < 10s'])).code).toBe(3);
	});

	it('goodput is the share of the planned that kept each limit', async () => {
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
