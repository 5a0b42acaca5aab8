import { writeFileSync } from 'node:fs';
import { measureOverhead } from '../overhead/measureOverhead';
import { showLive } from '../reports/live';
import { overheadReport } from '../reports/overhead';
import { UsageError } from '../usageError';
import type { Flags } from './flags';
import { describe, parse } from './flags';
import { readRunOptions } from './runOptions';
import { integer } from './flagValues';

const FLAGS = {
	url: { value: 'URL', help: "Dify's base URL (or DIFY_BASE_URL)" },
	key: { value: 'KEY', help: "the app's API key (better in DIFY_API_KEY)" },
	n8n: { value: 'URL', help: 'the webhook of a workflow that streams the answers of the same app' },
	query: { value: 'TEXT', help: 'what each request asks' },
	pairs: { value: 'N', help: 'pairs of runs, 5 or more (default 10)' },
	requests: { value: 'N', help: 'of each run (default 20)' },
	concurrency: { value: 'N', help: 'requests at a time (default 1)' },
	json: { value: 'FILE', help: 'the pairs as JSON; - for stdout' },
	help: { help: 'this' },
} satisfies Flags;

export const OVERHEAD_HELP = `dify-bench overhead --url URL --n8n WEBHOOK --query TEXT [options]

What n8n and its node add to the first token, and to each delta: the same app asked directly
and through an n8n webhook that streams, in interleaved pairs.

${describe(FLAGS)}
`;

/** @returns 0: it tells, and judges nothing */
export async function overheadCommand(args: readonly string[]): Promise<number> {
	const { given, positionals } = parse(args, FLAGS);
	if (positionals.length > 0) throw new UsageError(`'${positionals[0]}' is no flag`);
	const webhook = given.text('n8n');
	if (webhook === undefined) throw new UsageError('--n8n is missing: the address of the webhook');
	const count = given.value('pairs', integer(5), 10);
	const shared = ['requests', 'concurrency', 'query'].flatMap((flag) => {
		const value = given.text(flag) ?? (flag === 'requests' ? '20' : undefined);
		return value === undefined ? [] : [`--${flag}`, value];
	});
	const dify = ['url', 'key'].flatMap((flag) => {
		const value = given.text(flag);
		return value === undefined ? [] : [`--${flag}`, value];
	});
	const direct = readRunOptions([...dify, ...shared], process.env);
	const n8n = readRunOptions(['--target', 'n8n', '--url', webhook, ...shared], process.env);
	const live = showLive(process.stderr);
	const overhead = await measureOverhead(direct, n8n, count, { onProgress: live.update }).finally(
		live.end,
	);
	const file = given.text('json');
	const json = `${JSON.stringify({ format: 'dify-bench-overhead/1', ...overhead }, undefined, '\t')}\n`;
	process.stdout.write(file === '-' ? json : overheadReport(overhead));
	if (file !== undefined && file !== '-') writeFileSync(file, json);
	return 0;
}
