import { Pool } from 'undici';
import { RequestTable } from '../metrics/requestTable';
import type { SettledRequest } from './measuredRequest';
import { MeasuredRequest } from './measuredRequest';
import type { WorkerJob } from './workerProtocol';
import type { WorkerContext } from './workerStats';

/** Interval at which the time limits of the requests are checked. */
const TIMEOUT_CHECK_MS = 25;

export interface SendOptions {
	/** Index of the request in the plan, from 0. */
	index: number;
	/** When the request is due, in ms since the start of the run. Default: now. */
	planned?: number;
	/** Id of the conversation to continue. */
	conversationId?: string;
}

/** Sends the requests of one measuring thread. Each running request has a connection of its own. */
export class HttpClient {
	private readonly pool: Pool;
	private readonly openRequests = new Set<MeasuredRequest>();
	private readonly timeoutCheck: NodeJS.Timeout;

	/** @param onFirstSettled called once, when the first request of the thread has ended */
	constructor(
		private readonly job: WorkerJob,
		private context: WorkerContext,
		private onFirstSettled: ((settled: SettledRequest) => void) | undefined,
	) {
		this.pool = new Pool(job.origin, {
			connections: null,
			pipelining: 1,
			allowH2: false,
			// MeasuredRequest checks the time limits. A timeout of undici would look like a broken connection.
			headersTimeout: 0,
			bodyTimeout: 0,
			connect: { rejectUnauthorized: !job.insecure, timeout: 0 },
		});
		this.timeoutCheck = setInterval(() => this.checkTimeouts(), TIMEOUT_CHECK_MS);
	}

	/** Measures all following requests with this context. */
	useContext(context: WorkerContext): void {
		this.context = context;
	}

	send(
		{ index, planned, conversationId }: SendOptions,
		onSettled: (settled: SettledRequest) => void,
	): void {
		const { job, context, pool } = this;
		const body = job.bodies[index % job.bodies.length] ?? '{}';
		const dispatched = performance.now();
		const request = new MeasuredRequest(
			context,
			{ index, planned: planned ?? dispatched - context.origin, dispatched },
			(settled) => {
				this.onFirstSettled?.(settled);
				this.onFirstSettled = undefined;
				onSettled(settled);
			},
		);
		this.openRequests.add(request);
		pool.dispatch(
			{
				method: 'POST',
				path: job.path,
				headers: job.headers,
				body:
					conversationId === undefined
						? body
						: `${body.slice(0, -1)},"conversation_id":${JSON.stringify(conversationId)}}`,
			},
			request,
		);
	}

	/** Sends a request that is excluded from all results. Resolves when it has ended. */
	async warmUp(): Promise<void> {
		const measured = this.context;
		this.context = { ...measured, table: new RequestTable() };
		await new Promise((resolve) => this.send({ index: 0 }, resolve));
		this.context = measured;
	}

	/** Ends all running requests. */
	cut(): void {
		for (const request of this.openRequests) request.cut();
	}

	async close(): Promise<void> {
		clearInterval(this.timeoutCheck);
		await this.pool.destroy();
	}

	private checkTimeouts(): void {
		this.context.clock.onTimer();
		const now = performance.now();
		for (const request of this.openRequests) {
			if (request.isClosed) this.openRequests.delete(request);
			else request.checkTimeouts(now);
		}
	}
}
