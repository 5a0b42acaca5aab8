import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bench } from './cli';

const KEY = 'app-0123456789abcdef';
const TARGET = ['--url', 'http://127.0.0.1:9/v1', '--key', KEY];
const QUERY = ['--query', 'Hello'];
const dir = mkdtempSync(join(tmpdir(), 'dify-bench-'));

function file(name: string, text: string): string {
	const path = join(dir, name);
	writeFileSync(path, text);
	return path;
}

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
			/--url: The base URL must be an address/,
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
