import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RequestRows } from '../metrics/requestTable';
import { concatRows, RequestTable } from '../metrics/requestTable';
import type { WorkerReport } from '../metrics/workerReport';
import { monotonicMs } from './monotonicClock';
import type { FromWorker, ToWorker, WorkerJob } from './workerProtocol';

/** Time between the start message and the start, so that every thread receives the message in time. */
const START_DELAY_MS = 50;

/** Starts and controls the measuring threads of a run. */
export class WorkerPool {
	/** One table per thread. The threads fill them during the run. A row with an outcome is complete. */
	readonly tables: RequestTable[] = [];
	/** `monotonicMs()` at the start of the run. 0 before that. */
	startedAt = 0;
	/** Message of the server if it rejected the first request for a reason that applies to all requests. */
	rejection: string | undefined;

	private readonly workers: Worker[];
	private readonly readyPromises: Array<Promise<void>> = [];
	private readonly reportPromises: Array<Promise<WorkerReport>> = [];

	/** @param script the built file of the thread: `worker.js` or `autocannon.js` */
	constructor(jobs: readonly WorkerJob[], script: string) {
		this.workers = jobs.map((job) => {
			const worker = new Worker(join(__dirname, script), { workerData: job });
			this.listen(worker);
			return worker;
		});
	}

	/** Resolves when every thread has finished its warm-up. */
	async ready(): Promise<void> {
		await Promise.all(this.readyPromises);
	}

	start(): void {
		this.startedAt = monotonicMs() + START_DELAY_MS;
		this.post({ kind: 'start', at: this.startedAt });
	}

	/** Starts no more requests and cancels the running ones. */
	cut(): void {
		this.post({ kind: 'cut' });
	}

	/** Resolves with the reports of all threads. Rejects with the error of a thread that failed. */
	async done(): Promise<WorkerReport[]> {
		const reports = await Promise.all(this.reportPromises);
		reports.forEach(({ rows }, index) => {
			const table = this.tables[index];
			if (table !== undefined) table.length = rows;
		});
		return reports;
	}

	get requests(): RequestRows {
		return concatRows(this.tables);
	}

	/** Terminates the threads. */
	async close(): Promise<void> {
		await Promise.all(this.workers.map(async (worker) => await worker.terminate()));
	}

	private post(message: ToWorker): void {
		for (const worker of this.workers) worker.postMessage(message);
	}

	private listen(worker: Worker): void {
		const table = new RequestTable();
		this.tables.push(table);
		const nextMessage = <Kind extends FromWorker['kind']>(
			kind: Kind,
		): Promise<Extract<FromWorker, { kind: Kind }>> =>
			new Promise((resolve, reject) => {
				worker.on('message', (message: FromWorker) => {
					if (message.kind === kind) resolve(message as Extract<FromWorker, { kind: Kind }>);
				});
				worker.on('error', reject);
				worker.on('exit', (code) =>
					reject(new Error(`A measuring thread ended unexpectedly (exit code ${code})`)),
				);
			});
		const report = nextMessage('done').then((message) => message.report);
		this.readyPromises.push(nextMessage('ready').then(() => undefined));
		this.reportPromises.push(report);
		// If the warm-up fails, nobody awaits the report. Its rejection must not be unhandled then.
		report.catch(() => undefined);
		worker.on('message', (message: FromWorker) => {
			if (message.kind === 'block') table.addBlock(message.block);
			if (message.kind !== 'rejected') return;
			this.rejection ??= message.message;
			this.cut();
		});
	}
}
