import { writeFileSync } from 'node:fs';
import { measureOverhead } from '../overhead/measureOverhead';
import { showLiveProgress } from '../reports/liveProgress';
import { overheadReport } from '../reports/overhead';
import { UsageError } from '../usageError';
import type { FlagDefinitions, FlagReader } from './flags';
import { describeFlags, parseFlagsOnly } from './flags';
import { integerParser } from './flagValues';
import { parseRunOptions } from './runOptions';

const FLAGS = {
	url: { placeholder: 'URL', help: "Dify's base URL (or DIFY_BASE_URL)" },
	key: { placeholder: 'KEY', help: 'API key of the app (better: DIFY_API_KEY)' },
	n8n: {
		placeholder: 'URL',
		help: 'webhook of a workflow that streams the answers of the same app',
	},
	query: { placeholder: 'TEXT', help: 'message of each request' },
	pairs: { placeholder: 'N', help: 'number of pairs of runs, at least 5 (default 10)' },
	requests: { placeholder: 'N', help: 'number of requests of each run (default 20)' },
	concurrency: { placeholder: 'N', help: 'number of concurrent requests (default 1)' },
	json: { placeholder: 'FILE', help: 'write the pairs as JSON (- for stdout)' },
	help: { help: 'show this help' },
} satisfies FlagDefinitions;

const DEFAULT_REQUESTS = '20';
/** With fewer pairs, the median of the differences has no upper bound. */
const MIN_PAIRS = 5;

export const OVERHEAD_HELP = `dify-bench overhead --url URL --n8n WEBHOOK --query TEXT [options]

Measures what n8n and its node add to the first token and to each delta. It calls the same
app directly and through an n8n webhook that streams, in interleaved pairs of runs.

${describeFlags(FLAGS)}
`;

/** Runs `dify-bench overhead`. Returns 0 whatever the overhead is. */
export async function overheadCommand(args: readonly string[]): Promise<number> {
	const flags = parseFlagsOnly(args, FLAGS);
	const webhook = flags.text('n8n');
	if (webhook === undefined) throw new UsageError('--n8n is missing: the URL of the webhook');
	const pairs = flags.value('pairs', integerParser(MIN_PAIRS), 10);
	const runArgs = [
		...['--requests', flags.text('requests') ?? DEFAULT_REQUESTS],
		...passOn(flags, ['concurrency', 'query']),
	];
	const direct = parseRunOptions([...passOn(flags, ['url', 'key']), ...runArgs], process.env);
	const n8n = parseRunOptions(['--target', 'n8n', '--url', webhook, ...runArgs], process.env);
	const live = showLiveProgress(process.stderr);
	const overhead = await measureOverhead(
		{ direct: direct.config, n8n: n8n.config, pairs },
		{ onProgress: live.update },
	).finally(live.end);
	const file = flags.text('json');
	const json = `${JSON.stringify({ format: 'dify-bench-overhead/1', ...overhead }, undefined, '\t')}\n`;
	process.stdout.write(file === '-' ? json : overheadReport(overhead));
	if (file !== undefined && file !== '-') writeFileSync(file, json);
	return 0;
}

/** Returns the given flags with their values as arguments of `dify-bench run`. */
function passOn(flags: FlagReader, names: readonly string[]): string[] {
	return names.flatMap((name) => {
		const value = flags.text(name);
		return value === undefined ? [] : [`--${name}`, value];
	});
}
