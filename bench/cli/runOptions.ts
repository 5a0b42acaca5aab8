import { BaseUrlError, normalizeBaseUrl } from '../../protocol/baseUrl';
import { readQueries } from '../load/queries';
import type { LoadModel, Plan } from '../result';
import type { Query, RunConfig } from '../runConfig';
import type { Threshold } from '../thresholds/assertions';
import { parseAssertion, parseGoodputLimit } from '../thresholds/assertions';
import { UsageError } from '../usageError';
import type { FlagReader } from './flags';
import { parseFlagsOnly } from './flags';
import {
	choiceParser,
	integerParser,
	parseDuration,
	parseJsonObject,
	parsePositiveDuration,
	parseRate,
	parseTimeLimit,
	parseWorkers,
} from './flagValues';
import { RUN_FLAGS } from './runFlags';

/** The options of `dify-bench run`: the run itself, and what happens with its result. */
export interface RunOptions {
	config: RunConfig;
	thresholds: Threshold[];
	/** Whether a DEGRADED measurement fails too. */
	isStrict: boolean;
	/** Report files. `-` for JSON means stdout. */
	reports: Partial<Record<'json' | 'html' | 'junit' | 'markdown', string>>;
}

/** Parses the arguments of `dify-bench run`. @throws {UsageError} that names the flag */
export function parseRunOptions(args: readonly string[], env: NodeJS.ProcessEnv): RunOptions {
	const flags = parseFlagsOnly(args, RUN_FLAGS);
	return {
		config: readRunConfig(flags, env),
		thresholds: flags.texts('assert').map(parseAssertion),
		isStrict: flags.isOn('strict'),
		reports: {
			json: flags.text('json'),
			html: flags.text('html'),
			junit: flags.text('junit'),
			markdown: flags.text('markdown'),
		},
	};
}

function readRunConfig(flags: FlagReader, env: NodeJS.ProcessEnv): RunConfig {
	const load = readLoad(flags);
	const mode = flags.value('mode', choiceParser('streaming', 'blocking'), 'streaming');
	const durationMs = flags.value('duration', parsePositiveDuration, null);
	if (durationMs !== null && flags.has('requests')) {
		throw new UsageError(
			'--requests and --duration cannot be combined: only one of them can end the run',
		);
	}
	if (load.model === 'ramp' && durationMs === null) {
		throw new UsageError('--ramp needs --duration: the time in which the rate changes');
	}
	const streamingFlag = ['timeout-first', 'timeout-idle'].find((flag) => flags.has(flag));
	if (mode === 'blocking' && streamingFlag !== undefined) {
		throw new UsageError(
			`--${streamingFlag} needs --mode streaming: a blocking answer arrives as a whole`,
		);
	}
	const queries = readQueryFlags(flags);
	const conversation = readConversation(flags, load, queries);
	const engine = readEngine(flags, load, conversation);
	const targetKind = readTargetKind(flags);
	const target = targetKind === 'n8n' ? readWebhook(flags) : readDifyTarget(flags, env);
	if (engine === 'autocannon' && target.url.startsWith('https:') && !flags.isOn('insecure')) {
		throw new UsageError(
			'--engine autocannon cannot verify TLS certificates: an https address needs --insecure',
		);
	}
	return {
		...target,
		queries,
		plan: {
			target: targetKind,
			engine,
			mode,
			load,
			duration_ms: durationMs,
			warmup: flags.value('warmup', integerParser(0), 1),
			seed: flags.value('seed', integerParser(0), 1),
			conversation,
			auto_generate_name: flags.isOn('auto-generate-name'),
			timeouts_ms: {
				first: mode === 'blocking' ? null : flags.value('timeout-first', parseTimeLimit, 60_000),
				idle: mode === 'blocking' ? null : flags.value('timeout-idle', parseTimeLimit, 60_000),
				total: flags.value('timeout-total', parseTimeLimit, 300_000),
			},
			stall_limit_ms: flags.value('stall', parsePositiveDuration, 1_000),
			goodput_limits: flags.texts('goodput'),
			insecure: flags.isOn('insecure'),
		},
		requests: durationMs === null ? flags.value('requests', integerParser(1), 10) : null,
		workers: flags.value('workers', parseWorkers, 'auto'),
		drainMs: flags.value('drain', parseDuration, 30_000),
		goodputLimits: flags.texts('goodput').map(parseGoodputLimit),
		includeQueries: flags.isOn('include-queries'),
	};
}

function readLoad(flags: FlagReader): LoadModel {
	const models = ['concurrency', 'rate', 'ramp'].filter((flag) => flags.has(flag));
	if (models.length > 1) {
		throw new UsageError(`${models.map((flag) => `--${flag}`).join(' and ')} cannot be combined`);
	}
	const isClosed = !flags.has('rate') && !flags.has('ramp');
	if (isClosed && flags.has('arrival')) {
		throw new UsageError(
			'--arrival needs --rate or --ramp: in a closed loop, each answer starts the next request',
		);
	}
	if (!isClosed && flags.has('think')) {
		throw new UsageError('--think needs a closed loop (--concurrency)');
	}
	const arrival = flags.value('arrival', choiceParser('constant', 'poisson'), 'constant');
	if (flags.has('rate')) return { model: 'open', rate: flags.value('rate', parseRate, 1), arrival };
	if (flags.has('ramp')) {
		const [from, to, ...rest] = (flags.text('ramp') ?? '').split(':');
		if (from === undefined || to === undefined || rest.length > 0) {
			throw new UsageError('--ramp: must be two rates such as 1:50');
		}
		return { model: 'ramp', from: parseRate('ramp', from), to: parseRate('ramp', to), arrival };
	}
	return {
		model: 'closed',
		concurrency: flags.value('concurrency', integerParser(1), 1),
		think_ms: flags.value('think', parseDuration, 0),
	};
}

function readQueryFlags(flags: FlagReader): Query[] {
	const inputs = flags.value('inputs', parseJsonObject, {});
	const user = flags.text('user') ?? 'dify-bench';
	if (user === '') throw new UsageError('--user must not be empty');
	const file = flags.text('queries');
	const query = flags.text('query');
	if (file !== undefined && query !== undefined) {
		throw new UsageError('--query and --queries cannot be combined');
	}
	if (file !== undefined) return readQueries(file, { inputs, files: [], user });
	if (query === undefined || query === '') {
		throw new UsageError('--query is missing: the message of each request (or --queries FILE)');
	}
	return [{ query, inputs, files: [], user }];
}

function readConversation(
	flags: FlagReader,
	load: LoadModel,
	queries: readonly Query[],
): Plan['conversation'] {
	const conversation = flags.value('conversation', choiceParser('new', 'chain'), 'new');
	if (conversation === 'chain' && load.model !== 'closed') {
		throw new UsageError(
			'--conversation chain needs a closed loop (--concurrency): in an open loop, no user waits for an answer',
		);
	}
	if (conversation === 'chain' && new Set(queries.map(({ user }) => user)).size > 1) {
		throw new UsageError(
			'--conversation chain needs the same user in all queries: in Dify, a conversation belongs to one user',
		);
	}
	return conversation;
}

function readEngine(
	flags: FlagReader,
	load: LoadModel,
	conversation: Plan['conversation'],
): Plan['engine'] {
	const engine = flags.value('engine', choiceParser('dispatch', 'autocannon'), 'dispatch');
	const isSupported = load.model === 'closed' && load.think_ms === 0 && conversation === 'new';
	if (engine === 'autocannon' && !isSupported) {
		throw new UsageError(
			'--engine autocannon supports only a closed loop without --think and --conversation chain',
		);
	}
	return engine;
}

function readTargetKind(flags: FlagReader): Plan['target'] {
	const target = flags.value('target', choiceParser('dify', 'n8n'), 'dify');
	const difyFlag = ['mode', 'engine', 'conversation', 'auto-generate-name'].find((flag) =>
		flags.has(flag),
	);
	if (target === 'n8n' && difyFlag !== undefined) {
		throw new UsageError(
			`--${difyFlag} cannot be combined with --target n8n: the workflow decides it`,
		);
	}
	return target;
}

function readDifyTarget(flags: FlagReader, env: NodeJS.ProcessEnv): Pick<RunConfig, 'url' | 'key'> {
	const url = flags.text('url') ?? env.DIFY_BASE_URL;
	const key = (flags.text('key') ?? env.DIFY_API_KEY)?.trim();
	if (url === undefined) {
		throw new UsageError("--url is missing: Dify's base URL, such as https://api.dify.ai/v1");
	}
	if (key === undefined || key === '') {
		throw new UsageError(
			'--key is missing: set it to the API key of the app, or set DIFY_API_KEY in the environment',
		);
	}
	// Node rejects other characters in a header, and its error message contains the key.
	if (!/^[\x21-\x7e]+$/.test(key)) {
		throw new UsageError('--key contains characters that an API key cannot have');
	}
	try {
		return { url: normalizeBaseUrl(url), key };
	} catch (error) {
		if (error instanceof BaseUrlError) throw new UsageError(`--url: ${error.message}`);
		throw error;
	}
}

/** The address is used unchanged. The key is optional, for a webhook that requires authentication. */
function readWebhook(flags: FlagReader): Pick<RunConfig, 'url' | 'key'> {
	const url = flags.text('url');
	if (url === undefined || !URL.canParse(url) || !/^https?:/.test(url)) {
		throw new UsageError(
			'--url must be the production URL of the webhook, such as https://n8n.example.com/webhook/dify-stream',
		);
	}
	return { url, key: flags.text('key') };
}
