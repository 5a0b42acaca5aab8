import type { Limit } from '../thresholds/assertions';
import { parseAssertion } from '../thresholds/assertions';
import type { Goodput } from '../thresholds/goodput';
import { readGoodput } from '../thresholds/goodput';
import type { Query } from '../load/queries';
import { readQueries } from '../load/queries';
import type { LoadModel, Plan } from '../result';
import type { Reader } from './flags';
import { parse } from './flags';
import { RUN_FLAGS } from './runFlags';
import type { Target } from './target';
import { readTarget, readWebhook } from './target';
import { UsageError } from '../usageError';
import { duration, integer, limit, object, oneOf, positiveDuration, rate } from './flagValues';

/** A run as the command line asks for it. */
export interface RunOptions extends Target {
	queries: Query[];
	/** Without what only the start of the run knows. */
	plan: Omit<Plan, 'requests' | 'workers' | 'queries' | 'load'> & { load: LoadModel };
	/** `null` where the duration ends the run. */
	requests: number | null;
	workers: number | 'auto';
	drainMs: number;
	goodput: Goodput[];
	assertions: Limit[];
	isStrict: boolean;
	includeQueries: boolean;
	reports: Partial<Record<'json' | 'html' | 'junit' | 'markdown', string>>;
}

/** @throws {UsageError} naming the flag and what it takes */
export function readRunOptions(args: readonly string[], env: NodeJS.ProcessEnv): RunOptions {
	const { given, positionals } = parse(args, RUN_FLAGS);
	if (positionals.length > 0) throw new UsageError(`'${positionals[0]}' is no flag`);
	const load = readLoad(given);
	const mode = given.value('mode', oneOf('streaming', 'blocking'), 'streaming');
	const durationMs = given.value('duration', positiveDuration, null);
	if (durationMs !== null && given.has('requests')) {
		throw new UsageError('--requests and --duration exclude each other: one of them ends the run');
	}
	if (load.model === 'ramp' && durationMs === null) {
		throw new UsageError('--ramp needs --duration: the time it takes from one rate to the other');
	}
	const pointless = ['timeout-first', 'timeout-idle'].find((flag) => given.has(flag));
	if (mode === 'blocking' && pointless !== undefined) {
		throw new UsageError(`--${pointless} needs --mode streaming: a blocking answer comes whole`);
	}
	const conversation = given.value('conversation', oneOf('new', 'chain'), 'new');
	if (conversation === 'chain' && load.model !== 'closed') {
		throw new UsageError(
			'--conversation chain needs a closed loop (--concurrency): in an open one no user waits for an answer',
		);
	}
	const queries = readAsked(given);
	if (conversation === 'chain' && new Set(queries.map(({ user }) => user)).size > 1) {
		throw new UsageError(
			'--conversation chain needs one user in all queries: Dify keeps a conversation for its user',
		);
	}
	const engine = given.value('engine', oneOf('dispatch', 'autocannon'), 'dispatch');
	if (
		engine === 'autocannon' &&
		(load.model !== 'closed' || load.think_ms > 0 || conversation === 'chain')
	) {
		throw new UsageError(
			'--engine autocannon has a closed loop only, without --think and --conversation chain',
		);
	}
	const kind = given.value('target', oneOf('dify', 'n8n'), 'dify');
	const pastDify = ['mode', 'engine', 'conversation', 'auto-generate-name'].find((flag) =>
		given.has(flag),
	);
	if (kind === 'n8n' && pastDify !== undefined) {
		throw new UsageError(`--${pastDify} is Dify's: with --target n8n the workflow says it`);
	}
	const target = kind === 'n8n' ? readWebhook(given) : readTarget(given, env);
	if (engine === 'autocannon' && target.url.startsWith('https:') && !given.is('insecure')) {
		throw new UsageError(
			'--engine autocannon checks no certificates: an https address needs --insecure',
		);
	}
	return {
		...target,
		queries,
		plan: {
			target: kind,
			engine,
			mode,
			load,
			duration_ms: durationMs,
			warmup: given.value('warmup', integer(0), 1),
			seed: given.value('seed', integer(0), 1),
			conversation,
			auto_generate_name: given.is('auto-generate-name'),
			timeouts_ms: {
				first: mode === 'blocking' ? null : given.value('timeout-first', limit, 60_000),
				idle: mode === 'blocking' ? null : given.value('timeout-idle', limit, 60_000),
				total: given.value('timeout-total', limit, 300_000),
			},
			stall_limit_ms: given.value('stall', positiveDuration, 1_000),
			goodput_limits: given.all('goodput'),
			insecure: given.is('insecure'),
		},
		requests: durationMs === null ? given.value('requests', integer(1), 10) : null,
		workers: given.text('workers') === 'auto' ? 'auto' : given.value('workers', integer(1), 'auto'),
		drainMs: given.value('drain', duration, 30_000),
		goodput: given.all('goodput').map(readGoodput),
		assertions: given.all('assert').map(parseAssertion),
		isStrict: given.is('strict'),
		includeQueries: given.is('include-queries'),
		reports: {
			json: given.text('json'),
			html: given.text('html'),
			junit: given.text('junit'),
			markdown: given.text('markdown'),
		},
	};
}

function readLoad(given: Reader): LoadModel {
	const models = ['concurrency', 'rate', 'ramp'].filter((flag) => given.has(flag));
	if (models.length > 1) {
		throw new UsageError(`${models.map((flag) => `--${flag}`).join(' and ')} exclude each other`);
	}
	const isClosed = !given.has('rate') && !given.has('ramp');
	if (isClosed && given.has('arrival')) {
		throw new UsageError(
			'--arrival needs --rate or --ramp: in a closed loop the answers say when the next comes',
		);
	}
	if (!isClosed && given.has('think')) {
		throw new UsageError('--think needs a closed loop (--concurrency)');
	}
	const arrival = given.value('arrival', oneOf('constant', 'poisson'), 'constant');
	if (given.has('rate')) return { model: 'open', rate: given.value('rate', rate, 1), arrival };
	if (given.has('ramp')) {
		const [from, to, ...rest] = (given.text('ramp') ?? '').split(':');
		if (from === undefined || to === undefined || rest.length > 0) {
			throw new UsageError('--ramp: two rates such as 1:50');
		}
		return { model: 'ramp', from: rate('ramp', from), to: rate('ramp', to), arrival };
	}
	return {
		model: 'closed',
		concurrency: given.value('concurrency', integer(1), 1),
		think_ms: given.value('think', duration, 0),
	};
}

function readAsked(given: Reader): Query[] {
	const inputs = given.value('inputs', object, {});
	const user = given.text('user') ?? 'dify-bench';
	if (user === '') throw new UsageError('--user is empty');
	const file = given.text('queries');
	const query = given.text('query');
	if (file !== undefined && query !== undefined) {
		throw new UsageError('--query and --queries exclude each other');
	}
	if (file !== undefined) return readQueries(file, { inputs, files: [], user });
	if (query === undefined || query === '') {
		throw new UsageError('--query is missing: what each request asks (or --queries FILE)');
	}
	return [{ query, inputs, files: [], user }];
}
