import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBench } from './cli';

const KEY = 'app-0123456789abcdef';
const TARGET = ['--url', 'http://127.0.0.1:9/v1', '--key', KEY];
const QUERY = ['--query', 'Hello'];
const dir = mkdtempSync(join(tmpdir(), 'dify-bench-'));

function file(name: string, text: string): string {
	const path = join(dir, name);
	writeFileSync(path, text);
	return path;
}

describe('dify-bench: rejects', () => {
	const rows: Array<[string, string[], RegExp]> = [
		['a missing command', [], /dify-bench COMMAND/],
		[
			'an unknown command',
			['measure'],
			/Unknown command 'measure'. The commands are run, calibrate/,
		],
		['a missing --url', ['run', '--key', KEY, ...QUERY], /--url is missing/],
		[
			'a missing --key',
			['run', '--url', 'http://127.0.0.1:9', ...QUERY],
			/--key is missing.*DIFY_API_KEY/,
		],
		[
			'a key with a line break',
			['run', '--url', 'http://127.0.0.1:9', '--key', 'a\nb', ...QUERY],
			/--key contains characters/,
		],
		[
			'a --url that is not an address',
			['run', '--url', 'ftp://dify', '--key', KEY, ...QUERY],
			/--url: The base URL must be an address/,
		],
		['a missing --query', ['run', ...TARGET], /--query is missing/],
		[
			'--query together with --queries',
			['run', ...TARGET, ...QUERY, '--queries', 'x.jsonl'],
			/--query and --queries cannot be combined/,
		],
		[
			'an unknown flag',
			['run', ...TARGET, ...QUERY, '--concurency', '3'],
			/Unknown option '--concurency' \(did you mean --conversation, --concurrency\?\)/,
		],
		['a flag without its value', ['run', ...TARGET, '--query'], /--query needs a value/],
		[
			'a flag whose value is another flag',
			['run', ...TARGET, ...QUERY, '--rate', '--strict'],
			/^dify-bench: --rate needs a value\n$/,
		],
		[
			'a value that starts with a dash',
			['run', ...TARGET, '--query', '- Hello'],
			/--query needs a value \(a value that starts with - must follow =: --query=VALUE\)\n$/,
		],
		['an unexpected argument', ['run', 'now', ...TARGET, ...QUERY], /Unexpected argument 'now'/],
		[
			'two load models',
			['run', ...TARGET, ...QUERY, '--rate', '5', '--concurrency', '5'],
			/--concurrency and --rate cannot be combined/,
		],
		[
			'--requests together with --duration',
			['run', ...TARGET, ...QUERY, '--requests', '5', '--duration', '5s'],
			/--requests and --duration cannot be combined/,
		],
		[
			'--think in an open loop',
			['run', ...TARGET, ...QUERY, '--rate', '5', '--think', '1s'],
			/--think needs a closed loop/,
		],
		[
			'--arrival in a closed loop',
			['run', ...TARGET, ...QUERY, '--arrival', 'poisson'],
			/--arrival needs --rate/,
		],
		[
			'--conversation chain in an open loop',
			['run', ...TARGET, ...QUERY, '--rate', '5', '--conversation', 'chain'],
			/--conversation chain needs a closed loop/,
		],
		[
			'--ramp without --duration',
			['run', ...TARGET, ...QUERY, '--ramp', '1:5'],
			/--ramp needs --duration/,
		],
		[
			'--ramp with one rate',
			['run', ...TARGET, ...QUERY, '--ramp', '1', '--duration', '5s'],
			/--ramp: must be two rates such as 1:50/,
		],
		[
			'--rate 0',
			['run', ...TARGET, ...QUERY, '--rate', '0'],
			/--rate: '0' must be a number above 0/,
		],
		[
			'a fraction of a request',
			['run', ...TARGET, ...QUERY, '--requests', '1.5'],
			/--requests: '1.5' must be an integer of at least 1/,
		],
		[
			'an invalid time',
			['run', ...TARGET, ...QUERY, '--duration', 'soon'],
			/--duration: 'soon' must be a time such as/,
		],
		[
			'an unknown mode',
			['run', ...TARGET, ...QUERY, '--mode', 'fast'],
			/--mode: 'fast' must be one of streaming, blocking/,
		],
		[
			'--timeout-first in blocking mode',
			['run', ...TARGET, ...QUERY, '--mode', 'blocking', '--timeout-first', '1s'],
			/--timeout-first needs --mode streaming/,
		],
		[
			'--inputs that are not JSON',
			['run', ...TARGET, ...QUERY, '--inputs', '{name'],
			/--inputs: not valid JSON/,
		],
		[
			'--inputs that are not an object',
			['run', ...TARGET, ...QUERY, '--inputs', '[1]'],
			/--inputs: must be a JSON object/,
		],
		[
			'an --assert with an unknown metric',
			['run', ...TARGET, ...QUERY, '--assert', 'ttft.p96 < 800'],
			/ttft\.p96/,
		],
		[
			'a --goodput with an unknown metric',
			['run', ...TARGET, ...QUERY, '--goodput', 'speed < 5'],
			/--goodput: 'speed < 5' must be a limit/,
		],
		[
			'--engine autocannon in an open loop',
			['run', ...TARGET, ...QUERY, '--engine', 'autocannon', '--rate', '5'],
			/--engine autocannon supports only a closed loop/,
		],
		[
			'--engine autocannon over https without --insecure',
			['run', '--url', 'https://127.0.0.1:9', '--key', KEY, ...QUERY, '--engine', 'autocannon'],
			/--engine autocannon cannot verify TLS certificates/,
		],
		[
			'a report file in a missing folder',
			['run', ...TARGET, ...QUERY, '--html', join(dir, 'no/where.html')],
			/--html: .*where\.html cannot be written/,
		],
		[
			'a missing queries file',
			['run', ...TARGET, '--queries', join(dir, 'none.jsonl')],
			/none\.jsonl cannot be read/,
		],
		[
			'an empty queries file',
			['run', ...TARGET, '--queries', file('empty.jsonl', '\n\n')],
			/empty\.jsonl contains no query/,
		],
		[
			'a queries file with invalid JSON',
			['run', ...TARGET, '--queries', file('bad.jsonl', '{"query":"a"}\n{"query":\n')],
			/bad\.jsonl:2: not valid JSON/,
		],
		[
			'a queries file with an unknown field',
			['run', ...TARGET, '--queries', file('none-such.jsonl', '{"query":"a"}\n\n{"text":"b"}')],
			/none-such\.jsonl:3: unknown field "text". The fields are query, inputs, files, user/,
		],
		['an unreachable host', ['run', ...TARGET, ...QUERY], /ECONNREFUSED.*Check --url/],
		['an unknown fault', ['serve', '--fault', 'fire'], /'fire' .*cut=TOKENS/],
		[
			'a comparison with one file',
			['compare', file('a.json', '{}')],
			/compare needs two result files/,
		],
	];

	it.each(rows)('%s with exit code 2', async (_, args, message) => {
		const { code, stdout, stderr } = await runBench(args);
		expect(code).toBe(2);
		expect(stdout + stderr).toMatch(message);
		expect(stderr).not.toMatch(/^\s+at /m);
		expect(stdout + stderr).not.toContain(KEY);
	});
});
