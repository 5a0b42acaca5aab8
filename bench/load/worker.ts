import type { EventLoopUtilization, PerformanceEntry } from 'node:perf_hooks';
import { performance, PerformanceObserver } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { RequestTable } from '../metrics/requestTable';
import { ClientErrorClock } from './clientError';
import type { LoadLoop } from './closedLoop';
import { ClosedLoop } from './closedLoop';
import { HttpClient } from './httpClient';
import { toLocalMs } from './monotonicClock';
import { OpenLoop } from './openLoop';
import type { FromWorker, ToWorker, WorkerJob } from './workerProtocol';
import type { WorkerContext } from './workerStats';
import { WorkerStats } from './workerStats';

/** A measuring thread: it warms up, waits for the start, sends its requests and reports at the end. */
const port = parentPort;
if (port === null) throw new Error('worker.ts must run in a worker thread of dify-bench');
const job = workerData as WorkerJob;
const post = (message: FromWorker): void => port.postMessage(message);
/** Statuses that every other request would get too: the key or the address is wrong. */
const REJECTING_STATUSES = [401, 403, 404];

const clock = new ClientErrorClock();
const gc = { longestMs: 0, totalMs: 0 };
const gcObserver = new PerformanceObserver((list) => countGcPauses(list.getEntries()));
const createContext = (origin: number): WorkerContext => ({
	table: new RequestTable((block) => post({ kind: 'block', block })),
	clock,
	stats: new WorkerStats(job.secrets),
	target: job.target,
	mode: job.mode,
	timeouts: job.timeouts,
	stallLimitMs: job.stallLimitMs,
	origin,
});

let context = createContext(performance.now());
const client = new HttpClient(job, context, ({ failure }) => {
	if (failure === undefined || !REJECTING_STATUSES.includes(failure.status ?? 0)) return;
	post({ kind: 'rejected', message: failure.message });
});
let loop: LoadLoop | undefined;
let eluSinceStart: () => EventLoopUtilization;
let isDone = false;

port.on('message', (message: ToWorker) => {
	clock.onTimer();
	switch (message.kind) {
		case 'start':
			start(toLocalMs(message.at));
			break;
		case 'cut':
			loop?.stop();
			client.cut();
			break;
		default:
			message satisfies never;
	}
});

void warmUp();

async function warmUp(): Promise<void> {
	for (let count = 0; count < job.warmup; count++) await client.warmUp();
	post({ kind: 'ready' });
}

/** @param origin `performance.now()` at which the run starts */
function start(origin: number): void {
	context = createContext(origin);
	client.useContext(context);
	const { load } = job;
	const options = { origin, onDone: finish };
	const startedLoop =
		load.kind === 'closed'
			? new ClosedLoop(load, client, { ...options, isChained: job.conversation === 'chain' })
			: new OpenLoop(load, client, { ...options, clock });
	loop = startedLoop;
	clock.start();
	setTimeout(() => {
		gcObserver.observe({ entryTypes: ['gc'] });
		const eluAtStart = performance.eventLoopUtilization();
		eluSinceStart = () => performance.eventLoopUtilization(eluAtStart);
		startedLoop.start();
	}, origin - performance.now());
}

function countGcPauses(entries: readonly PerformanceEntry[]): void {
	for (const { duration } of entries) {
		gc.longestMs = Math.max(gc.longestMs, duration);
		gc.totalMs += duration;
	}
}

/** Sends the report and ends the thread. The loop can call it several times. */
function finish(): void {
	if (isDone || loop === undefined) return;
	isDone = true;
	const { idle, active } = eluSinceStart();
	const busy = Math.max(0, active - loop.activeWaitMs());
	const unsent = loop.unsent();
	clock.stop();
	countGcPauses(gcObserver.takeRecords());
	gcObserver.disconnect();
	const { stats, table } = context;
	post({
		kind: 'done',
		report: {
			rows: table.length,
			unsent,
			outcomeDetails: stats.outcomeDetails,
			gaps: stats.gaps,
			countsPerSecond: stats.perSecond.seconds,
			slowest: stats.slowest,
			version: stats.version,
			elu: busy / (idle + active),
			gc,
			calibration: stats.calibration,
		},
	});
	void client.close().then(() => port?.close());
}
