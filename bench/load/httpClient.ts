import { Pool } from 'undici';
import { RequestTable } from '../metrics/requestTable';
import type { WorkerJob } from './workerProtocol';
import type { Bench, Settled } from './measuredRequest';
import { MeasuredRequest } from './measuredRequest';

/** How often requests are held against their limits, in ms. */
const CHECK_MS = 25;

/** Sends the requests of one measuring thread, each on a connection of its own while it runs. */
export class Sender {
	private readonly pool: Pool;
	private readonly open = new Set<MeasuredRequest>();
	private readonly watch: NodeJS.Timeout;

	/** @param onFirst told how the first request of all ended */
	constructor(
		private readonly job: WorkerJob,
		private bench: Bench,
		private onFirst: ((settled: Settled) => void) | undefined,
	) {
		this.pool = new Pool(job.origin, {
			connections: null,
			pipelining: 1,
			allowH2: false,
			// Limits are the job's (MeasuredRequest.check): undici's own would read as broken connections.
			headersTimeout: 0,
			bodyTimeout: 0,
			connect: { rejectUnauthorized: !job.insecure, timeout: 0 },
		});
		this.watch = setInterval(() => this.check(), CHECK_MS);
	}

	/** Begins the count: what is sent from now on is measured from `origin` and written into `table`. */
	begin(bench: Bench): void {
		this.bench = bench;
	}

	/**
	 * Sends request `number` of the plan.
	 *
	 * @param planned ms from the start of the run; `undefined` where there is no schedule: now
	 * @param conversation id of the conversation to go on with
	 */
	send(
		number: number,
		planned: number | undefined,
		conversation: string | undefined,
		done: (settled: Settled) => void,
	): void {
		const { job, bench, pool } = this;
		const body = job.bodies[number % job.bodies.length] ?? '{}';
		const now = performance.now();
		const request = new MeasuredRequest(
			bench,
			bench.table.add(),
			number,
			planned ?? now - bench.origin,
			now,
			(settled) => {
				this.onFirst?.(settled);
				this.onFirst = undefined;
				done(settled);
			},
		);
		this.open.add(request);
		pool.dispatch(
			{
				method: 'POST',
				path: job.path,
				headers: job.headers,
				body:
					conversation === undefined
						? body
						: `${body.slice(0, -1)},"conversation_id":${JSON.stringify(conversation)}}`,
			},
			request,
		);
	}

	/** Sends one request that is in no count, and waits for its end. */
	async warmUp(): Promise<void> {
		const measured = this.bench;
		this.bench = { ...measured, table: new RequestTable() };
		await new Promise((resolve) => this.send(0, undefined, undefined, resolve));
		this.bench = measured;
	}

	/** Ends what still runs. */
	cut(): void {
		for (const request of this.open) request.cut();
	}

	async close(): Promise<void> {
		clearInterval(this.watch);
		await this.pool.destroy();
	}

	private check(): void {
		this.bench.clock.timer();
		const now = performance.now();
		for (const request of this.open) {
			if (request.isClosed) this.open.delete(request);
			else request.check(now);
		}
	}
}
