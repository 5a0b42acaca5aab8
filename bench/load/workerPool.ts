import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Requests } from '../metrics/requestTable';
import { joined, RequestTable } from '../metrics/requestTable';
import { monotonicMs } from './clientError';
import type { FromWorker, ToWorker, WorkerJob, WorkerReport } from './workerProtocol';

/** Time, in ms, for every thread to hear of the start before it comes. */
const START_DELAY_MS = 50;

/** The measuring threads of a run, as the thread that reports sees them. */
export class Fleet {
	/** Filled while the run goes on: a row is whole once it has an outcome. */
	readonly tables: RequestTable[] = [];
	/** `monotonicMs()` at the start of the run. */
	startedAt = 0;
	/** What Dify said when it refused the first request. */
	refused: { message: string } | undefined;

	private readonly workers: Worker[];
	private readonly readies: Array<Promise<void>> = [];
	private readonly reports: Array<Promise<WorkerReport>> = [];

	/** @param script the built thread, `worker.js` or another that speaks as it does */
	constructor(jobs: readonly WorkerJob[], script: string) {
		this.workers = jobs.map((job) => {
			const worker = new Worker(join(__dirname, script), { workerData: job });
			this.listen(worker);
			return worker;
		});
	}

	/** Fulfilled when every thread is connected and warm. */
	async ready(): Promise<void> {
		await Promise.all(this.readies);
	}

	start(): void {
		this.startedAt = monotonicMs() + START_DELAY_MS;
		this.tell({ kind: 'start', at: this.startedAt });
	}

	/** No request begins any more, and what still runs is cut. */
	cut(): void {
		this.tell({ kind: 'cut' });
	}

	/** What each thread reports, once all are through. @throws what a thread died of */
	async done(): Promise<WorkerReport[]> {
		const reports = await Promise.all(this.reports);
		reports.forEach(({ rows }, index) => {
			const table = this.tables[index];
			if (table !== undefined) table.length = rows;
		});
		return reports;
	}

	get requests(): Requests {
		return joined(this.tables);
	}

	/** Ends the threads at once. */
	async close(): Promise<void> {
		await Promise.all(this.workers.map(async (worker) => await worker.terminate()));
	}

	private tell(message: ToWorker): void {
		for (const worker of this.workers) worker.postMessage(message);
	}

	private listen(worker: Worker): void {
		const table = new RequestTable();
		this.tables.push(table);
		const told = <Kind extends FromWorker['kind']>(
			kind: Kind,
		): Promise<Extract<FromWorker, { kind: Kind }>> =>
			new Promise((resolve, reject) => {
				worker.on('message', (message: FromWorker) => {
					if (message.kind === kind) resolve(message as Extract<FromWorker, { kind: Kind }>);
				});
				worker.on('error', reject);
				worker.on('exit', (code) =>
					reject(new Error(`a measuring thread ended by itself (${code})`)),
				);
			});
		const report = told('done').then((message) => message.report);
		this.readies.push(told('ready').then(() => undefined));
		this.reports.push(report);
		// Whoever waits for the one may never come to wait for the other.
		report.catch(() => undefined);
		worker.on('message', (message: FromWorker) => {
			if (message.kind === 'block') table.adopt(message.block);
			if (message.kind !== 'refused') return;
			this.refused ??= message;
			this.cut();
		});
	}
}
