import type { PerformanceEntry } from 'node:perf_hooks';
import { performance, PerformanceObserver } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { RequestTable } from '../metrics/requestTable';
import { localMs, PollClock } from './clientError';
import type { Loop } from './closedLoop';
import { ClosedLoop } from './closedLoop';
import type { FromWorker, ToWorker, WorkerJob } from './workerProtocol';
import { OpenLoop } from './openLoop';
import type { Bench } from './measuredRequest';
import { Sender } from './httpClient';
import { Tally } from './workerStats';

/** A measuring thread: warms up, waits for the start, sends its share, and reports at the end. */
const port = parentPort;
if (port === null) throw new Error('worker.ts is a thread of dify-bench');
const job = workerData as WorkerJob;
const tell = (message: FromWorker): void => port.postMessage(message);

const clock = new PollClock();
const gc = { longestMs: 0, totalMs: 0 };
const collections = new PerformanceObserver((list) => countCollections(list.getEntries()));
const newBench = (origin: number): Bench => ({
	table: new RequestTable((block) => tell({ kind: 'block', block })),
	clock,
	tally: new Tally(job.secrets),
	target: job.target,
	mode: job.mode,
	timeouts: job.timeouts,
	stallLimitMs: job.stallLimitMs,
	origin,
});

let bench = newBench(performance.now());
const sender = new Sender(job, bench, ({ failure }) => {
	// Each other request would be refused for the same reason.
	if (failure === undefined || ![401, 403, 404].includes(failure.status ?? 0)) return;
	tell({ kind: 'refused', message: failure.message });
});
let loop: Loop | undefined;
let isDone = false;

port.on('message', (message: ToWorker) => {
	clock.timer();
	switch (message.kind) {
		case 'start':
			start(localMs(message.at));
			break;
		case 'cut':
			loop?.stop();
			sender.cut();
			break;
		default:
			message satisfies never;
	}
});

void warmUp();

async function warmUp(): Promise<void> {
	for (let count = 0; count < job.warmup; count++) await sender.warmUp();
	tell({ kind: 'ready' });
}

/** @param origin `performance.now()` to begin at */
function start(origin: number): void {
	bench = newBench(origin);
	sender.begin(bench);
	const { load } = job;
	const began =
		load.kind === 'closed'
			? new ClosedLoop(load, sender, origin, job.conversation === 'chain', finish)
			: new OpenLoop(load, sender, clock, origin, finish);
	loop = began;
	clock.start();
	setTimeout(() => {
		collections.observe({ entryTypes: ['gc'] });
		const atStart = performance.eventLoopUtilization();
		eluSince = () => performance.eventLoopUtilization(atStart);
		began.start();
	}, origin - performance.now());
}
let eluSince: () => ReturnType<typeof performance.eventLoopUtilization>;

function countCollections(entries: readonly PerformanceEntry[]): void {
	for (const { duration } of entries) {
		gc.longestMs = Math.max(gc.longestMs, duration);
		gc.totalMs += duration;
	}
}

/** Called when nothing is left to wait for; once. */
function finish(): void {
	if (isDone || loop === undefined) return;
	isDone = true;
	const { idle, active } = eluSince();
	const busy = Math.max(0, active - loop.spunMs());
	const unsent = loop.unsent();
	clock.stop();
	countCollections(collections.takeRecords());
	collections.disconnect();
	const { tally, table } = bench;
	tell({
		kind: 'done',
		report: {
			rows: table.length,
			unsent,
			details: tally.outcomeDetails,
			gaps: tally.gaps,
			seconds: tally.seconds.list,
			slowest: tally.slowest,
			version: tally.version,
			elu: busy / (idle + active),
			gc,
			calibration: tally.calibration,
		},
	});
	void sender.close().then(() => port?.close());
}
