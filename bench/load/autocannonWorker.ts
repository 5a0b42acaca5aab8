import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import type { Instance } from 'autocannon';
import autocannon from 'autocannon';
import { classifyError } from '../../protocol/errors/classify';
import type { RequestTable } from '../metrics/requestTable';
import { RequestTable as Table } from '../metrics/requestTable';
import type { OutcomeName } from '../result';
import { OUTCOMES } from '../result';
import { localMs } from './clientError';
import type { FromWorker, ToWorker, WorkerJob } from './workerProtocol';
import { OUTCOME_OF_STATUS, outcomeOfStatus } from './outcomes';
import { DifyReader, readBlocking } from './streamReader';
import { Tally } from './workerStats';

/**
 * A second opinion: the same requests sent by autocannon, and timed in its hooks by nothing but
 * `performance.now()`. What autocannon 9 gets wrong is kept out of it:
 * - its own statistics count a cut stream as 2xx and forget what outlives the run: none is used
 * - its `body` event hands out the raw bytes of the socket, once for each HTTP chunk in them: bodies
 *   are taken where its parser puts them down
 * - its rate correction (`-R`) adds samples that are off by the factor ms/s: there is no rate here
 * - it checks no certificate, whatever it is told: https needs --insecure (cli/options)
 */
const port = parentPort;
if (port === null) throw new Error('autocannonWorker.ts is a thread of dify-bench');
const job = workerData as WorkerJob;
const tell = (message: FromWorker): void => port.postMessage(message);

const table: RequestTable = new Table((block) => tell({ kind: 'block', block }));
const tally = new Tally(job.secrets);
const running = new Set<Exchange>();
let origin = 0;
let sent = 0;
let isDone = false;
let instance: Instance | undefined;

/** What autocannon's types leave out of its client, or have wrong. */
interface OpenClient {
	pipelinedRequests: { addBody(body: Buffer): void };
	on(event: 'request' | 'response' | 'timeout' | 'connError', listener: () => void): void;
	on(event: 'headers', listener: (head: { statusCode: number; headers: string[] }) => void): void;
}

/** One request on one of autocannon's connections. */
class Exchange {
	readonly row = table.add();
	private status = 0;
	private contentType = '';
	private body = '';
	private firstToken: number | undefined;
	private readonly reader = new DifyReader(({ characters, isVisible }) => {
		const at = performance.now() - origin;
		tally.seconds.at(at).events++;
		if (characters === 0) return;
		tally.seconds.at(at).characters += characters;
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

	takeHead(status: number, headers: readonly string[]): void {
		this.status = status;
		const at = headers.findIndex((name) => name.toLowerCase() === 'content-type');
		this.contentType = headers[at + 1] ?? '';
		const version = headers.findIndex((name) => name.toLowerCase() === 'x-version');
		tally.version ??= version === -1 ? null : (headers[version + 1] ?? null);
	}

	takeBody(chunk: Buffer): void {
		const at = performance.now() - origin;
		tally.seconds.at(at).bytes += chunk.length;
		if (Number.isNaN(table.get(this.row, 'first_byte'))) table.set(this.row, 'first_byte', at);
		if (this.isStream) this.reader.push(chunk);
		else this.body += chunk.toString();
	}

	end(): void {
		const { status, contentType, body } = this;
		if (this.isStream) {
			this.reader.end();
			const result = this.reader.snapshot();
			this.settle(
				OUTCOME_OF_STATUS[result.status],
				result.failure && classifyError(result.failure).message,
			);
			return;
		}
		const isAnswer = job.mode === 'blocking' && status === 200 && readBlocking(body) !== undefined;
		const failure = classifyError({ from: 'http', status, contentType, body });
		this.settle(isAnswer ? 'completed' : outcomeOfStatus(status), failure.message);
	}

	/** The connection ended before the answer did. */
	break(): void {
		this.settle(this.status === 0 ? 'connect' : 'truncated', 'the connection ended');
	}

	settle(outcome: OutcomeName, message = ''): void {
		if (!running.delete(this)) return;
		table.set(this.row, 'terminal', performance.now() - origin);
		if (outcome !== 'completed') tally.fail(outcome, { status: this.status || undefined, message });
		table.set(this.row, 'outcome', OUTCOMES.indexOf(outcome));
		const { load } = job;
		if (
			load.kind === 'closed' &&
			load.requests !== null &&
			sent >= load.requests &&
			running.size === 0
		) {
			finish();
		}
	}

	private get isStream(): boolean {
		return this.status === 200 && /^text\/event-stream\b/i.test(this.contentType);
	}
}

port.on('message', (message: ToWorker) => {
	if (message.kind === 'start') start(localMs(message.at));
	else finish();
});
tell({ kind: 'ready' });

function start(at: number): void {
	const { load } = job;
	if (load.kind !== 'closed') throw new Error('autocannon has a closed loop only');
	origin = at;
	const { requests, durationMs, slots } = load;
	setTimeout(() => {
		instance = autocannon(
			{
				url: `${job.origin}${job.path}`,
				connections: Math.min(slots, requests ?? slots),
				...(requests === null ? { duration: 86_400 } : { amount: requests }),
				timeout: (job.timeouts.total ?? 86_400_000) / 1000,
				method: 'POST',
				headers: job.headers,
				requests: job.bodies.map((body) => ({ body })),
				setupClient: (client) => follow(client as unknown as OpenClient),
			},
			(error: unknown) => {
				// Thrown, it ends the thread, and the run with its message.
				if (error instanceof Error) throw error;
			},
		);
		if (durationMs !== null) setTimeout(finish, durationMs);
	}, at - performance.now());
}

function follow(client: OpenClient): void {
	let current: Exchange | undefined;
	const addBody = client.pipelinedRequests.addBody.bind(client.pipelinedRequests);
	client.pipelinedRequests.addBody = (body) => {
		current?.takeBody(body);
		// What autocannon would gather, a whole answer for each connection, nobody reads.
		addBody(Buffer.alloc(0));
	};
	client.on('request', () => {
		// It asks again where a connection ended, and forgets what it had asked before.
		current?.break();
		if (isDone) return;
		sent++;
		current = new Exchange();
	});
	client.on('headers', ({ statusCode, headers }) => {
		current?.takeHead(statusCode, headers);
	});
	client.on('response', () => {
		current?.end();
		current = undefined;
	});
	client.on('timeout', () => {
		current?.settle('timeout_total', `no end within ${job.timeouts.total} ms`);
		current = undefined;
	});
	client.on('connError', () => {
		current?.break();
		current = undefined;
	});
}

function finish(): void {
	if (isDone) return;
	isDone = true;
	for (const exchange of running)
		exchange.settle('cut_by_deadline', 'still running when the run ended');
	const { load } = job;
	const missing = load.kind === 'closed' && load.requests !== null ? load.requests - sent : 0;
	const { idle, active } = performance.eventLoopUtilization();
	tell({
		kind: 'done',
		report: {
			rows: table.length,
			unsent: new Array<number>(Math.max(0, missing)).fill(performance.now() - origin),
			details: tally.outcomeDetails,
			gaps: tally.gaps,
			seconds: tally.seconds.list,
			slowest: null,
			version: tally.version,
			elu: active / (idle + active),
			gc: { longestMs: 0, totalMs: 0 },
			calibration: tally.calibration,
		},
	});
	instance?.stop();
	port?.close();
}
