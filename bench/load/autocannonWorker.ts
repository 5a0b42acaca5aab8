import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import type { Instance } from 'autocannon';
import autocannon from 'autocannon';
import { classifyError } from '../../protocol/errors/classify';
import { RequestTable } from '../metrics/requestTable';
import type { OutcomeName } from '../result';
import { OUTCOMES } from '../result';
import { toLocalMs } from './monotonicClock';
import { OUTCOME_OF_STATUS, outcomeOfHttpStatus } from './outcomes';
import { DifyStreamReader, readBlockingAnswer } from './streamReader';
import type { FromWorker, ToWorker, WorkerJob } from './workerProtocol';
import { WorkerStats } from './workerStats';

/**
 * A measuring thread that sends the same requests with autocannon, to cross-check the other engine. It
 * takes the times in autocannon's hooks with `performance.now()`. It avoids these problems of
 * autocannon 9:
 * - Its statistics count a cut stream as 2xx and omit requests that outlive the run. They are not used.
 * - Its `body` event passes the raw bytes of the socket, once per HTTP chunk in them. The bodies are
 *   read from its parser instead.
 * - Its rate correction (`-R`) adds samples that are wrong by the factor ms/s. No rate is used.
 * - It never verifies TLS certificates. So https needs `--insecure` (cli/runOptions.ts).
 */
const port = parentPort;
if (port === null) throw new Error('autocannonWorker.ts must run in a worker thread of dify-bench');
const job = workerData as WorkerJob;
const post = (message: FromWorker): void => port.postMessage(message);

const NO_LIMIT_S = 86_400;

const table = new RequestTable((block) => post({ kind: 'block', block }));
const stats = new WorkerStats(job.secrets);
const running = new Set<AutocannonRequest>();
let origin = 0;
let sent = 0;
let isDone = false;
let instance: Instance | undefined;

/** The parts of autocannon's client that its types omit or declare incorrectly. */
interface AutocannonClient {
	pipelinedRequests: { addBody(body: Buffer): void };
	on(event: 'request' | 'response' | 'timeout' | 'connError', listener: () => void): void;
	on(event: 'headers', listener: (head: { statusCode: number; headers: string[] }) => void): void;
}

/** One request on one of autocannon's connections. */
class AutocannonRequest {
	readonly row = table.addRow();
	private status = 0;
	private contentType = '';
	private body = '';
	private firstToken: number | undefined;
	private readonly reader = new DifyStreamReader(({ characters, isVisible }) => {
		const at = performance.now() - origin;
		stats.perSecond.at(at).events++;
		if (characters === 0) return;
		stats.perSecond.at(at).characters += characters;
		if (this.firstToken === undefined) table.set(this.row, 'first_token', at);
		if (isVisible && Number.isNaN(table.get(this.row, 'first_visible'))) {
			table.set(this.row, 'first_visible', at);
		}
		this.firstToken ??= at;
		table.set(this.row, 'last_token', at);
	});

	constructor() {
		const at = performance.now() - origin;
		table.set(this.row, 'planned', at);
		table.set(this.row, 'dispatched', at);
		running.add(this);
	}

	/** @param headers names and values in turn */
	readHead(status: number, headers: readonly string[]): void {
		this.status = status;
		const contentTypeAt = headers.findIndex((name) => name.toLowerCase() === 'content-type');
		this.contentType = headers[contentTypeAt + 1] ?? '';
		const versionAt = headers.findIndex((name) => name.toLowerCase() === 'x-version');
		stats.version ??= versionAt === -1 ? null : (headers[versionAt + 1] ?? null);
	}

	readBody(chunk: Buffer): void {
		const at = performance.now() - origin;
		stats.perSecond.at(at).bytes += chunk.length;
		if (Number.isNaN(table.get(this.row, 'first_byte'))) table.set(this.row, 'first_byte', at);
		if (this.isStream) this.reader.push(chunk);
		else this.body += chunk.toString();
	}

	/** Ends the request after a complete response. */
	end(): void {
		const { status, contentType, body } = this;
		if (this.isStream) {
			this.reader.end();
			const result = this.reader.snapshot();
			this.settle(
				OUTCOME_OF_STATUS[result.status],
				result.error && classifyError(result.error).message,
			);
			return;
		}
		const isAnswer =
			job.mode === 'blocking' && status === 200 && readBlockingAnswer(body) !== undefined;
		const failure = classifyError({ from: 'http', status, contentType, body });
		this.settle(isAnswer ? 'completed' : outcomeOfHttpStatus(status), failure.message);
	}

	/** Ends the request because its connection ended before the response. */
	endBroken(): void {
		this.settle(this.status === 0 ? 'connect' : 'truncated', 'The connection ended');
	}

	settle(outcome: OutcomeName, message = ''): void {
		if (!running.delete(this)) return;
		table.set(this.row, 'terminal', performance.now() - origin);
		if (outcome !== 'completed') {
			stats.countFailure(outcome, { status: this.status || undefined, message });
		}
		table.set(this.row, 'outcome', OUTCOMES.indexOf(outcome));
		if (sent >= (requestLimit() ?? Number.POSITIVE_INFINITY) && running.size === 0) finish();
	}

	private get isStream(): boolean {
		return this.status === 200 && /^text\/event-stream\b/i.test(this.contentType);
	}
}

/** Returns the number of requests to send. `null` if the duration ends the run. */
function requestLimit(): number | null {
	return job.load.kind === 'closed' ? job.load.requests : null;
}

port.on('message', (message: ToWorker) => {
	if (message.kind === 'start') start(toLocalMs(message.at));
	else finish();
});
post({ kind: 'ready' });

function start(at: number): void {
	const { load } = job;
	if (load.kind !== 'closed') throw new Error('The autocannon engine supports only a closed loop');
	origin = at;
	const { requests, durationMs, users } = load;
	setTimeout(() => {
		instance = autocannon(
			{
				url: `${job.origin}${job.path}`,
				connections: Math.min(users, requests ?? users),
				...(requests === null ? { duration: NO_LIMIT_S } : { amount: requests }),
				timeout: job.timeouts.total === null ? NO_LIMIT_S : job.timeouts.total / 1000,
				method: 'POST',
				headers: job.headers,
				requests: job.bodies.map((body) => ({ body })),
				setupClient: (client) => observe(client as unknown as AutocannonClient),
			},
			(error: unknown) => {
				// A thrown error ends the thread, and the run fails with its message.
				if (error instanceof Error) throw error;
			},
		);
		if (durationMs !== null) setTimeout(finish, durationMs);
	}, at - performance.now());
}

/** Measures the requests of one of autocannon's connections. */
function observe(client: AutocannonClient): void {
	let current: AutocannonRequest | undefined;
	const addBody = client.pipelinedRequests.addBody.bind(client.pipelinedRequests);
	client.pipelinedRequests.addBody = (body) => {
		current?.readBody(body);
		// autocannon would collect the whole answer of each connection in memory, and nobody reads it.
		addBody(Buffer.alloc(0));
	};
	client.on('request', () => {
		// autocannon sends the next request after a lost connection without reporting the lost request.
		current?.endBroken();
		if (isDone) return;
		sent++;
		current = new AutocannonRequest();
	});
	client.on('headers', ({ statusCode, headers }) => {
		current?.readHead(statusCode, headers);
	});
	client.on('response', () => {
		current?.end();
		current = undefined;
	});
	client.on('timeout', () => {
		current?.settle('timeout_total', `The answer did not end within ${job.timeouts.total} ms`);
		current = undefined;
	});
	client.on('connError', () => {
		current?.endBroken();
		current = undefined;
	});
}

/** Ends the running requests, sends the report and ends the thread. */
function finish(): void {
	if (isDone) return;
	isDone = true;
	for (const request of running) {
		request.settle('cut_by_deadline', 'The request was still running when the run ended');
	}
	const missing = Math.max(0, (requestLimit() ?? 0) - sent);
	const { idle, active } = performance.eventLoopUtilization();
	post({
		kind: 'done',
		report: {
			rows: table.length,
			unsent: new Array<number>(missing).fill(performance.now() - origin),
			outcomeDetails: stats.outcomeDetails,
			gaps: stats.gaps,
			countsPerSecond: stats.perSecond.seconds,
			slowest: null,
			version: stats.version,
			elu: active / (idle + active),
			gc: { longestMs: 0, totalMs: 0 },
			calibration: stats.calibration,
		},
	});
	instance?.stop();
	port?.close();
}
